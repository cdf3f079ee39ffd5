"""Convolutions: kernel (height, width, inputs, outputs), bias (outputs,).

A transposed convolution has (height, width, outputs, inputs), as it is the transpose of the
convolution that maps its outputs to its inputs.
"""

from torch import Tensor, nn

from aelib.layouts import Layouts
from aelib.torch.layouts.views import layout_by_views


def _views(layer: nn.Conv2d | nn.ConvTranspose2d) -> dict[str, Tensor | None]:
    # PyTorch keeps (outputs, inputs, height, width), for a transposed one (inputs, outputs, ...).
    return {"kernel": layer.weight.permute(2, 3, 1, 0), "bias": layer.bias}


LAYOUTS: Layouts = {
    nn.Conv2d: layout_by_views("convolution", _views),
    nn.ConvTranspose2d: layout_by_views("transposed convolution", _views),
}
