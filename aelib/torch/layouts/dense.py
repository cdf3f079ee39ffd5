"""A model's weights, in the neutral layout of `aelib.parity`."""

from collections.abc import Sequence

import torch
from numpy.typing import NDArray
from torch import nn

from aelib.parity import LayerWeights


def export_weights(model: nn.Module) -> list[LayerWeights]:
    """Return the weights of every layer that has any, in the order the layers were made."""
    return [_read(layer) for layer in _layers(model)]


def import_weights(model: nn.Module, layers: Sequence[LayerWeights]) -> None:
    """Set the weights of every layer that has any."""
    with torch.no_grad():
        for layer, weights in zip(_layers(model), layers, strict=True):
            for name, array in _arrays(layer).items():
                array.copy_(torch.tensor(weights.arrays[name]))


def _layers(model: nn.Module) -> list[nn.Module]:
    return [layer for layer in model.modules() if list(layer.parameters(recurse=False))]


def _arrays(layer: nn.Module) -> dict[str, torch.Tensor]:
    """Return views of a layer's weights in the neutral layout."""
    if isinstance(layer, nn.Linear):
        views = {"kernel": layer.weight.T}  # PyTorch keeps (outputs, inputs)
        return views if layer.bias is None else {**views, "bias": layer.bias}
    raise TypeError(
        f"copy_weights knows no layout for {type(layer).__name__}: add one to layouts of both twins"
    )


def _read(layer: nn.Module) -> LayerWeights:
    arrays: dict[str, NDArray] = {
        name: view.detach().cpu().numpy().copy() for name, view in _arrays(layer).items()
    }
    return LayerWeights("dense", arrays)
