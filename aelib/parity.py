"""Carry weights from one framework to the other, and measure what is left between them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib.bridge import adapter_of, reconstruct


@dataclass(frozen=True)
class LayerWeights:
    """The weights of one layer, in a layout of neither framework in particular.

    Attributes:
        kind: what the layer is, for example `dense`.
        arrays: by role; a dense layer has `kernel` (inputs, outputs) and `bias` (outputs,).
    """

    kind: str
    arrays: dict[str, NDArray]


def copy_weights(source: Any, target: Any) -> None:
    """Give the target model the weights of the source; either may be of either framework.

    Layers are paired in the order in which they were made. Raises `ValueError` where the two
    models do not have the same layers, naming the first that differs.
    """
    layers = adapter_of(source).export_weights(source)
    places = adapter_of(target).export_weights(target)
    if len(layers) != len(places):
        raise ValueError(
            f"the source has {len(layers)} layers with weights and the target {len(places)}: "
            "copy_weights needs the same architecture on both sides"
        )
    for index, (layer, place) in enumerate(zip(layers, places, strict=True)):
        have, want = _describe(layer), _describe(place)
        if have != want:
            raise ValueError(f"layer {index} is {have} in the source and {want} in the target")
    adapter_of(target).import_weights(target, layers)


def export_weights(model: Any) -> list[dict[str, NDArray]]:
    """Return the weights of each layer that has any: for a dense one, `kernel` and `bias`."""
    return [layer.arrays for layer in adapter_of(model).export_weights(model)]


def gap(first: Any, second: Any, x: ArrayLike) -> float:
    """Return the largest absolute difference between two models' reconstructions of x."""
    return float(np.abs(reconstruct(first, x) - reconstruct(second, x)).max())


def _describe(layer: LayerWeights) -> str:
    return f"{layer.kind} " + ", ".join(f"{k} {v.shape}" for k, v in sorted(layer.arrays.items()))
