"""Normalization layers: scale and shift, and the running mean and variance of a BatchNorm."""

import keras

from aelib.keras.layouts.views import layout_by_views
from aelib.layouts import Layouts


def _scale_and_shift(layer: keras.layers.LayerNormalization) -> dict[str, keras.Variable | None]:
    return {"scale": layer.gamma, "shift": layer.beta}


def _with_running_moments(
    layer: keras.layers.BatchNormalization,
) -> dict[str, keras.Variable | None]:
    return {
        "scale": layer.gamma,
        "shift": layer.beta,
        "mean": layer.moving_mean,
        "variance": layer.moving_variance,
    }


LAYOUTS: Layouts = {
    keras.layers.LayerNormalization: layout_by_views("layer normalization", _scale_and_shift),
    keras.layers.BatchNormalization: layout_by_views("batch normalization", _with_running_moments),
}
