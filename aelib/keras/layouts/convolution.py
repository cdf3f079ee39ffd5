"""Convolutions: kernel (height, width, inputs, outputs), bias (outputs,).

A transposed convolution has (height, width, outputs, inputs), as it is the transpose of the
convolution that maps its outputs to its inputs.
"""

import keras

from aelib.keras.layouts.views import layout_by_views
from aelib.layouts import Layouts


def _views(
    layer: keras.layers.Conv2D | keras.layers.Conv2DTranspose,
) -> dict[str, keras.Variable | None]:
    return {"kernel": layer.kernel, "bias": layer.bias}


LAYOUTS: Layouts = {
    keras.layers.Conv2D: layout_by_views("convolution", _views),
    keras.layers.Conv2DTranspose: layout_by_views("transposed convolution", _views),
}
