"""What a model takes: arrays by name, checked before anything is computed."""

from collections.abc import Iterable, Mapping
from typing import Any

from numpy.typing import ArrayLike, NDArray

from aelib.checks import check_array
from aelib.data import Dataset, Split


def as_inputs(
    model: Any, data: Any, names: tuple[str, ...] | None = None, /, **given: ArrayLike
) -> dict[str, NDArray]:
    """Return the arrays of a model's inputs, by name.

    Args:
        model: what takes them; its `inputs` are the names.
        data: an array (for the first input), a mapping by name, or a `Split`.
        names: which of the inputs are needed; by default all of them.
        given: further inputs by name.

    Raises `TypeError` for anything else, and `ValueError` where a name is missing or unknown,
    lengths differ, or the values are not what the model accepts.
    """
    if not hasattr(model, "inputs") or not hasattr(model, "players"):
        raise TypeError(
            f"{type(model).__name__} is a plain network: wrap it in a model, for example "
            "Autoencoder(encoder, decoder, latent_dim)"
        )
    names = names or model.inputs
    if isinstance(data, Split):
        data = {name: getattr(data, name) for name in names if hasattr(data, name)}
    if not isinstance(data, Mapping):
        _refuse_what_is_no_array(data)
        data = {names[0]: data}
    named = {**data, **given}
    if set(named) != set(names):
        raise ValueError(
            f"{type(model).__name__} takes {_words(names)}, got {_words(named)}: "
            f"pass {{{', '.join(f'{name!r}: ...' for name in names)}}}"
        )
    arrays = {
        name: check_array(
            name,
            named[name],
            data_range=model.data_range if name == model.inputs[0] else None,
            integers=name in model.integers,
        )
        for name in names
    }
    _check_lengths(arrays)
    if names == model.inputs:
        model.check(arrays)
    return arrays


def as_given(model: Any, z: NDArray, given: Mapping[str, ArrayLike]) -> dict[str, NDArray]:
    """Return the inputs that a decoder takes beside codes z, by name, checked likewise."""
    unknown = set(given) - set(model.inputs[1:])
    if unknown:
        raise ValueError(
            f"{type(model).__name__} decodes codes with {_words(model.inputs[1:])}, "
            f"got {_words(given)}"
        )
    arrays = {
        name: check_array(name, array, integers=name in model.integers)
        for name, array in given.items()
    }
    if arrays:
        _check_lengths({"z": z, **arrays})
        model.check(arrays)
    return arrays


def _check_lengths(arrays: Mapping[str, NDArray]) -> None:
    if len({len(array) for array in arrays.values()}) > 1:
        counts = " and ".join(f"{name} {len(array)}" for name, array in arrays.items())
        raise ValueError(f"all inputs must have equally many examples: {counts}")


def _refuse_what_is_no_array(data: Any) -> None:
    """Raise `TypeError` for what NumPy would turn into an array of objects, or iterate forever."""
    advice = ""
    if isinstance(data, Dataset):
        advice = "pass one part of it, for example data.test"
    elif isinstance(data, str):
        advice = f"load it first, aelib.load({data!r})"
    elif hasattr(data, "columns"):
        advice = "pass its values, data.to_numpy()"
    elif hasattr(data, "trainable_weights") or hasattr(data, "parameters"):
        advice = "that is a network; the model comes first, then the data"
    elif hasattr(data, "element_spec") or hasattr(data, "collate_fn"):
        advice = "collect it into one array first, since the data are held in memory"
    if advice:
        kind = f"{type(data).__module__}.{type(data).__qualname__}"
        raise TypeError(f"data must be an array, or arrays by name, got a {kind}: {advice}")


def _words(names: Iterable[str]) -> str:
    return " and ".join(names) or "nothing"
