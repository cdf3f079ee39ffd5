"""A dense layer: kernel (inputs, outputs), bias (outputs,); a transposed one: its bias alone."""

from torch import Tensor, nn

from aelib.layouts import Layouts
from aelib.torch.foundations.tied import DenseTranspose
from aelib.torch.layouts.views import layout_by_views


def _views(layer: nn.Linear) -> dict[str, Tensor | None]:
    return {"kernel": layer.weight.T, "bias": layer.bias}  # PyTorch keeps (outputs, inputs)


def _bias(layer: DenseTranspose) -> dict[str, Tensor | None]:
    return {"bias": layer.bias}


LAYOUTS: Layouts = {
    nn.Linear: layout_by_views("dense", _views),
    DenseTranspose: layout_by_views("transposed dense", _bias),
}
