"""NumPy on the outside, tensors on the inside."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from numpy.typing import NDArray

from aelib.bridge import Adapter, register
from aelib.keras.layouts import export_weights, import_weights
from aelib.keras.structure import modules
from aelib.keras.trainable import Trainable
from aelib.training.players import Player


def tensor(model: keras.Model, array: NDArray) -> Tensor:
    """Return an array as a tensor on the model's device."""
    return keras.ops.convert_to_tensor(array)


def call(model: keras.Model, method: str, **arrays: NDArray) -> Any:
    """Run one method of a model on a NumPy batch, as in use: Keras's layers do unless told."""
    return _to_numpy(getattr(model, method)(**_tensors(model, arrays)))


def terms(model: Trainable, player: Player, batch: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Return a player's terms on a NumPy batch, as in use."""
    return _to_numpy(model.terms_of(player, **_tensors(model, batch)))


def _tensors(model: keras.Model, arrays: Mapping[str, NDArray]) -> dict[str, Tensor]:
    return {name: tensor(model, array) for name, array in arrays.items()}


def _to_numpy(output: Any) -> Any:
    return keras.tree.map_structure(keras.ops.convert_to_numpy, output)


ADAPTER = Adapter(
    "Keras", keras.Model, Trainable, call, terms, tensor, modules, export_weights, import_weights
)
register(ADAPTER)
