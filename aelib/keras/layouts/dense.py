"""A dense layer: kernel (inputs, outputs), bias (outputs,)."""

import keras

from aelib.keras.layouts.views import layout_by_views
from aelib.layouts import Layouts


def _views(layer: keras.layers.Dense) -> dict[str, keras.Variable | None]:
    return {"kernel": layer.kernel, "bias": layer.bias}


LAYOUTS: Layouts = {keras.layers.Dense: layout_by_views("dense", _views)}
