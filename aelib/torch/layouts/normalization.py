"""Normalization layers: scale and shift, and the running mean and variance of a BatchNorm."""

from torch import Tensor, nn

from aelib.layouts import Layouts
from aelib.torch.layouts.views import layout_by_views


def _scale_and_shift(layer: nn.LayerNorm) -> dict[str, Tensor | None]:
    return {"scale": layer.weight, "shift": layer.bias}


def _with_running_moments(layer: nn.BatchNorm1d) -> dict[str, Tensor | None]:
    # The count of batches that PyTorch keeps besides matters only to a momentum of None.
    return {
        "scale": layer.weight,
        "shift": layer.bias,
        "mean": layer.running_mean,
        "variance": layer.running_var,
    }


LAYOUTS: Layouts = {
    nn.LayerNorm: layout_by_views("layer normalization", _scale_and_shift),
    nn.BatchNorm1d: layout_by_views("batch normalization", _with_running_moments),
    nn.BatchNorm2d: layout_by_views("batch normalization", _with_running_moments),
}
