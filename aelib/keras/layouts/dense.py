"""A model's weights, in the neutral layout of `aelib.parity`."""

from collections.abc import Sequence

import keras
from numpy.typing import NDArray

from aelib.parity import LayerWeights


def export_weights(model: keras.Model) -> list[LayerWeights]:
    """Return the weights of every layer that has any, in the order the layers were made."""
    return [_read(layer) for layer in _layers(model)]


def import_weights(model: keras.Model, layers: Sequence[LayerWeights]) -> None:
    """Set the weights of every layer that has any."""
    for layer, weights in zip(_layers(model), layers, strict=True):
        for name, variable in _arrays(layer).items():
            variable.assign(weights.arrays[name])


def _layers(model: keras.Model) -> list[keras.layers.Layer]:
    inside = getattr(model, "layers", None)
    if inside is None:
        return [model] if model.weights else []
    return [leaf for layer in inside for leaf in _layers(layer)]


def _arrays(layer: keras.layers.Layer) -> dict[str, keras.Variable]:
    """Return a layer's variables by role; the neutral layout is Keras's own."""
    if isinstance(layer, keras.layers.Dense):
        variables = {"kernel": layer.kernel}
        return variables if layer.bias is None else {**variables, "bias": layer.bias}
    raise TypeError(
        f"copy_weights knows no layout for {type(layer).__name__}: add one to layouts of both twins"
    )


def _read(layer: keras.layers.Layer) -> LayerWeights:
    arrays: dict[str, NDArray] = {
        name: keras.ops.convert_to_numpy(variable).copy()
        for name, variable in _arrays(layer).items()
    }
    return LayerWeights("dense", arrays)
