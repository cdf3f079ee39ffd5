"""NumPy on the outside, tensors on the inside."""

from typing import Any

import keras
from numpy.typing import NDArray

from aelib.bridge import Adapter, register
from aelib.keras.layouts.dense import export_weights, import_weights


def call(model: keras.Model, method: str, batch: NDArray) -> Any:
    """Run one method of a model on a NumPy batch, in inference mode."""
    output = getattr(model, method)(keras.ops.convert_to_tensor(batch))
    return keras.tree.map_structure(keras.ops.convert_to_numpy, output)


ADAPTER = Adapter("Keras", keras.Model, call, export_weights, import_weights)
register(ADAPTER)
