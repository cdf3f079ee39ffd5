"""A dense layer: kernel (inputs, outputs), bias (outputs,); a transposed one: its bias alone."""

import keras

from aelib.keras.foundations.tied import DenseTranspose
from aelib.keras.layouts.views import layout_by_views
from aelib.layouts import Layouts


def _views(layer: keras.layers.Dense) -> dict[str, keras.Variable | None]:
    return {"kernel": layer.kernel, "bias": layer.bias}


def _bias(layer: DenseTranspose) -> dict[str, keras.Variable | None]:
    return {"bias": layer.bias}


LAYOUTS: Layouts = {
    keras.layers.Dense: layout_by_views("dense", _views),
    DenseTranspose: layout_by_views("transposed dense", _bias),
}
