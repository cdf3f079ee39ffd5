"""A dense layer: kernel (inputs, outputs), bias (outputs,)."""

from torch import Tensor, nn

from aelib.layouts import Layouts
from aelib.torch.layouts.views import layout_by_views


def _views(layer: nn.Linear) -> dict[str, Tensor | None]:
    return {"kernel": layer.weight.T, "bias": layer.bias}  # PyTorch keeps (outputs, inputs)


LAYOUTS: Layouts = {nn.Linear: layout_by_views("dense", _views)}
