"""The arrays that a model is trained on: named, checked, and of one length."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from aelib.bridge import adapter_of
from aelib.checks import ShapeError, check_same_shape
from aelib.data import Dataset
from aelib.inputs import as_inputs
from aelib.training.objective import check_terms

Arrays = dict[str, NDArray]


def training_arrays(model: Any, data: Any, valid: Any) -> tuple[Arrays, Arrays | None]:
    """Return the train and the valid arrays by name of input; valid is None where there is none.

    Raises `ValueError` for data that the model cannot take, and `TypeError` for what is no data.
    """
    if isinstance(data, tuple):
        raise TypeError(
            "data is a tuple: pass the validation data as fit(model, train, valid=valid), and "
            "several inputs of one example by their names, as {'x': ..., 'y': ...}"
        )
    if isinstance(data, Dataset):
        if valid is not None:
            raise ValueError("a Dataset brings its validation data: pass data.train to choose own")
        data, valid = data.train, data.valid
    train = as_inputs(model, data)
    if valid is not None:
        valid = as_inputs(model, valid)
        for name, array in train.items():
            if valid[name].shape[1:] != array.shape[1:]:
                raise ShapeError(
                    f"train has {name} of shape {array.shape[1:]} an example and valid of "
                    f"{valid[name].shape[1:]}: both hold examples of one shape"
                )
    _try(model, {name: array[:2] for name, array in train.items()})
    return train, valid


def _try(model: Any, batch: Mapping[str, NDArray]) -> None:
    """Compute everything once, and raise an error where networks and data do not fit."""
    adapter = adapter_of(model)
    if hasattr(model, "encode"):
        _try_networks(model, batch)
    terms = {player.name: adapter.terms(model, player, batch) for player in model.players}
    check_terms(model, terms)


def _try_networks(model: Any, batch: Mapping[str, NDArray]) -> None:
    adapter = adapter_of(model)
    try:
        adapter.call(model, "encode", **batch)
    except ShapeError:
        raise
    except Exception as error:  # whatever the framework or the caller's network raises
        shapes = " and ".join(
            f"{name} of shape ({', '.join(['batch', *map(str, array.shape[1:])])})"
            for name, array in batch.items()
        )
        raise ShapeError(f"the encoder cannot take {shapes}: {error}") from error
    check_same_shape(batch["x"].shape, adapter.call(model, "__call__", **batch).shape)
