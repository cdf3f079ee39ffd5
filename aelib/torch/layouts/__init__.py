"""The weights of a layer in a layout of neither framework: one file for each kind of layer."""

from collections.abc import Sequence

from torch import nn

from aelib.layouts import LayerWeights, Layouts, layout_of
from aelib.torch.layouts import convolution, dense, normalization, own, recurrent
from aelib.torch.structure import modules, own_weights

LAYOUTS: Layouts = {
    **dense.LAYOUTS,
    **convolution.LAYOUTS,
    **normalization.LAYOUTS,
    **recurrent.LAYOUTS,
    **own.LAYOUTS,
}


def export_weights(model: nn.Module) -> list[LayerWeights]:
    """Return weights and buffers of every layer that has any, in the order they were made."""
    pairs = [(layer, layout_of(layer, LAYOUTS)) for layer in _layers(model)]
    return [LayerWeights(layout.kind, layout.read(layer)) for layer, layout in pairs]


def import_weights(model: nn.Module, layers: Sequence[LayerWeights]) -> None:
    """Set weights and buffers of every layer that has any."""
    for layer, weights in zip(_layers(model), layers, strict=True):
        layout_of(layer, LAYOUTS).write(layer, weights.arrays)


def _layers(model: nn.Module) -> list[nn.Module]:
    """Return what has weights or buffers of its own, not only those of layers inside."""
    return [layer for layer in modules(model) if own_weights(layer)]
