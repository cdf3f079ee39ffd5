"""NumPy on the outside, tensors on the inside."""

import keras
import numpy as np
from numpy.typing import NDArray

from aelib.bridge import Face, register
from aelib.keras.weights import export_weights, import_weights


def call(model: keras.Model, method: str, batch: NDArray) -> NDArray[np.float32]:
    """Run one method of a model on a NumPy batch, in inference mode."""
    return keras.ops.convert_to_numpy(getattr(model, method)(keras.ops.convert_to_tensor(batch)))


FACE = Face("Keras", keras.Model, call, export_weights, import_weights)
register(FACE)
