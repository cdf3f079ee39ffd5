"""Early, plain errors for input that no model can work with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class ShapeError(ValueError):
    """A network takes or gives arrays of another shape than the model needs."""


def check_latent_dim(latent_dim: int) -> int:
    """Return `latent_dim`, or raise `ValueError` where it is not an integer of at least 1."""
    whole = isinstance(latent_dim, int | np.integer) and not isinstance(latent_dim, bool)
    if not whole or latent_dim < 1:
        raise ValueError(f"latent_dim must be at least 1, got {latent_dim!r}")
    return int(latent_dim)


def check_width(name: str, shape: Sequence[int | None], width: int, holds: str) -> None:
    """Raise `ShapeError` unless a network's output of this shape is (batch, width)."""
    if len(shape) != 2 or shape[-1] != width:
        got = ", ".join(["batch", *map(str, shape[1:])])
        raise ShapeError(f"{name} must give (batch, {width}), {holds}; it gives ({got})")


def check_same_shape(x: Sequence[int | None], x_hat: Sequence[int | None]) -> None:
    """Raise `ShapeError` unless x and its reconstruction have one shape, batch apart."""
    if tuple(x[1:]) != tuple(x_hat[1:]):
        raise ShapeError(
            f"the reconstruction has shape (batch, {_tail(x_hat)}) and x (batch, {_tail(x)}): "
            "end the decoder with a layer that gives the shape of x"
        )


def check_data(x: object, data_range: tuple[float, float] | None) -> NDArray[np.float32]:
    """Return x as float32 of shape (n, ...), or raise `ValueError` that says what is wrong.

    `data_range` is the closed range that the model accepts; None accepts any finite value.
    """
    array = np.asarray(x)
    if array.ndim < 2 or len(array) == 0:
        raise ValueError(
            f"x must have shape (n, ...) with n at least 1, got {array.shape}: "
            "a single example needs a batch axis, x[None]"
        )
    low, high = float(array.min()), float(array.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("x holds NaN or infinite values: remove or replace them first")
    if data_range is not None and (low < data_range[0] or high > data_range[1]):
        advice = "divide by 255 first" if high > 2 else "rescale it first, or set data_range"
        raise ValueError(
            f"x must lie in [{data_range[0]:g}, {data_range[1]:g}], "
            f"got values from {low:g} to {high:g}: {advice}"
        )
    return np.ascontiguousarray(array, dtype=np.float32)


def _tail(shape: Sequence[int | None]) -> str:
    return ", ".join(map(str, shape[1:]))
