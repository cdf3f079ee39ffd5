"""Early, plain errors for input that no model can work with."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib.priors import PRIORS

LIKELIHOODS = ("bernoulli", "gaussian")
PENALTIES = ("l1", "kl")
ERRORS = ("angle", "squared")


class ShapeError(ValueError):
    """A network takes or gives arrays of another shape than the model needs."""


def check_latent_dim(latent_dim: int) -> int:
    """Return `latent_dim`, or raise `ValueError` where it is not an integer of at least 1."""
    whole = isinstance(latent_dim, int | np.integer) and not isinstance(latent_dim, bool)
    if not whole or latent_dim < 1:
        raise ValueError(f"latent_dim must be at least 1, got {latent_dim!r}")
    return int(latent_dim)


def check_beta(beta: Any) -> Any:
    """Return a weight of KL, or raise `ValueError` for a negative number."""
    if not callable(beta) and not beta >= 0:
        raise ValueError(f"beta must be at least 0, got {beta!r}")
    return beta


def check_likelihood(likelihood: str) -> str:
    """Return the name of a likelihood, or raise `ValueError` for an unknown one."""
    if likelihood not in LIKELIHOODS:
        known = " or ".join(map(repr, LIKELIHOODS))
        raise ValueError(f"likelihood must be {known}, got {likelihood!r}")
    return likelihood


def check_decoder_sigma(sigma: float | str, sources: Sequence[str]) -> float | str:
    """Return a standard deviation of pixels, or raise `ValueError` unless it can be had."""
    if sigma not in sources if isinstance(sigma, str) else not sigma > 0:
        known = ", ".join(map(repr, sources))
        raise ValueError(f"sigma must be {known} or a number above 0, got {sigma!r}")
    return sigma


def check_free(free: float) -> float:
    """Return the nats that a code has for free, or raise `ValueError` for a negative number."""
    if not free >= 0:
        raise ValueError(f"free must be at least 0 nats, got {free!r}")
    return float(free)


def check_capacity(capacity: float) -> float:
    """Return a target of KL, or raise `ValueError` for a negative number."""
    if not capacity >= 0:
        raise ValueError(f"capacity must be at least 0 nats, got {capacity!r}")
    return float(capacity)


def check_alpha_bar(alpha_bar: Sequence[float]) -> tuple[float, ...]:
    """Return the shares of signal as floats, or raise `ValueError`: they fall, between 1 and 0."""
    shares = tuple(float(share) for share in alpha_bar)
    falls = all(before > after for before, after in pairwise((1.0, *shares, 0.0)))
    if not shares or not falls:
        raise ValueError(
            "alpha_bar must fall from step to step, below 1 and above 0, got "
            f"{shares[:3]} ... {shares[-1:]}: linear_schedule makes one"
        )
    return shares


def check_prior(prior: str, latent_dim: int) -> str:
    """Return the name of a prior, or raise `ValueError` where codes cannot have that shape."""
    if prior not in PRIORS:
        raise ValueError(f"prior must be one of {', '.join(PRIORS)}, got {prior!r}")
    if prior != "normal" and latent_dim != 2:
        raise ValueError(f"the prior {prior!r} has 2 codes, and latent_dim is {latent_dim}")
    return prior


def check_sigma(sigma: float) -> float:
    """Return a standard deviation, or raise `ValueError` for a negative one."""
    if not sigma >= 0:
        raise ValueError(f"sigma must be at least 0, got {sigma!r}")
    return float(sigma)


def check_share(share: float) -> float:
    """Return the share of what is spoiled, or raise `ValueError` outside of [0, 1)."""
    if not 0 <= share < 1:
        raise ValueError(f"share must lie in [0, 1), got {share!r}")
    return float(share)


def check_share_kept(share: float, name: str = "share") -> float:
    """Return the share of what is kept, or raise `ValueError` outside of (0, 1]."""
    if not 0 < share <= 1:
        raise ValueError(f"{name} must lie in (0, 1], got {share!r}")
    return float(share)


def check_k(k: int, latent_dim: int | None = None, name: str = "k") -> int:
    """Return how many numbers of a code are kept, or raise `ValueError` for too few or many."""
    if k < 1 or (latent_dim is not None and k > latent_dim):
        upper = "" if latent_dim is None else f" and at most latent_dim, {latent_dim}"
        raise ValueError(f"{name} must be at least 1{upper}, got {k!r}")
    return int(k)


def check_penalty(penalty: str) -> str:
    """Return the name of a penalty on activity, or raise `ValueError` for an unknown one."""
    if penalty not in PENALTIES:
        raise ValueError(f"penalty must be {' or '.join(map(repr, PENALTIES))}, got {penalty!r}")
    return penalty


def check_target(target: float) -> float:
    """Return a target of mean activity, or raise `ValueError` outside of (0, 1)."""
    if not 0 < target < 1:
        raise ValueError(f"target must lie in (0, 1), got {target!r}")
    return float(target)


def check_decay(decay: float | None) -> float | None:
    """Return the decay of a moving average, or raise `ValueError` outside of (0, 1)."""
    if decay is not None and not 0 < decay < 1:
        raise ValueError(f"decay must lie in (0, 1), or be None, got {decay!r}")
    return decay


def check_even(number: int, name: str) -> int:
    """Return the number, or raise `ValueError`: it is even, and at least 2."""
    if number < 2 or number % 2:
        raise ValueError(f"{name} must be an even number, at least 2, got {number}")
    return number


def check_probes(probes: int | None) -> int | None:
    """Return how many random vectors an estimate takes, or raise `ValueError` below 1."""
    if probes is not None and probes < 1:
        raise ValueError(f"probes must be at least 1, or None, got {probes!r}")
    return probes


def check_error(error: str) -> str:
    """Return the name of an error of a reconstruction, or raise `ValueError` for an unknown one."""
    if error not in ERRORS:
        raise ValueError(f"error must be {' or '.join(map(repr, ERRORS))}, got {error!r}")
    return error


def check_endmembers(
    endmembers: ArrayLike | None, latent_dim: int, shape: Sequence[int]
) -> NDArray[np.float32] | None:
    """Return endmembers as rows, or raise `ValueError` where they cannot be mixed.

    They are too few, have a wrong shape, or values below 0. None leaves only their number to check.
    """
    if check_latent_dim(latent_dim) < 2:
        raise ValueError(f"a mixture needs at least 2 endmembers, got latent_dim {latent_dim}")
    if endmembers is None:
        return None
    spectra = np.asarray(endmembers, np.float32)
    if spectra.shape != (latent_dim, *shape):
        raise ValueError(f"endmembers must have shape {(latent_dim, *shape)}, got {spectra.shape}")
    if not spectra.min() >= 0:
        raise ValueError(f"endmembers must be at least 0, got {spectra.min():g}")
    return spectra.reshape(latent_dim, -1)


def check_entries(entries: int) -> int:
    """Return the size of a codebook, or raise `ValueError` where it is no choice."""
    if entries < 2:
        raise ValueError(f"entries must be at least 2, got {entries!r}")
    return entries


def check_can_be_mirrored(others: Sequence[str]) -> None:
    """Raise `ValueError` where an encoder has layers that a tied decoder cannot turn around."""
    if others:
        raise ValueError(
            f"a tied encoder is a sequence of dense layers and activations, got {others[0]}: build "
            "the decoder yourself, and pass both to Autoencoder"
        )


def check_vectors(shape: Sequence[int | None], grid: tuple[int, ...], width: int) -> None:
    """Raise `ShapeError` unless an encoder gave one vector at each place of a grid."""
    if tuple(shape[1:]) != (*grid, width):
        raise ShapeError(
            f"the encoder must give vectors of {width} numbers on a grid {grid}; it gives "
            f"{shape[-1]} on {tuple(shape[1:-1])}"
        )


def check_halvings(shape: Sequence[int], channels: Sequence[int]) -> tuple[int, ...]:
    """Return the sides of an image after one halving for each entry of `channels`.

    Raises `ValueError` where there is none, or a side is no multiple of as many factors of 2.
    """
    factor = 2 ** len(channels)
    if factor == 1 or len(shape) != 2 or any(side < factor or side % factor for side in shape):
        raise ValueError(
            f"{len(channels)} layers that halve the sides need at least one layer and an image "
            f"(height, width) of multiples of {factor}, got {tuple(shape)}"
        )
    height, width = shape
    return height // factor, width // factor


def check_labels(y: NDArray, classes: int) -> None:
    """Raise `ValueError` unless y holds one label from 0 to classes - 1 for each example."""
    if y.ndim != 1:
        raise ValueError(f"y must have shape (n,), one label an example, got {y.shape}")
    if y.min() < 0 or y.max() >= classes:
        raise ValueError(f"y must lie between 0 and {classes - 1}, got {y.min()} to {y.max()}")


def check_mask(mask: NDArray, x: NDArray | None = None) -> None:
    """Raise `ValueError` unless each row of a mask is ones, at least one, and then zeros.

    Where x is given, (n, steps, features), the mask has one number for each of its steps.
    """
    if mask.ndim != 2 or (x is not None and mask.shape != x.shape[:2]):
        wanted = "(n, steps)" if x is None else f"{x.shape[:2]}, one number a step"
        raise ValueError(f"mask must have shape {wanted}, got {mask.shape}")
    if not np.isin(mask, (0, 1)).all():
        odd = mask[~np.isin(mask, (0, 1))][0]
        raise ValueError(f"mask must hold 1 for a step and 0 for padding, got {odd:g}")
    if not mask[:, 0].all():
        raise ValueError("mask has a sequence without steps: the first number must be 1")
    if (np.diff(mask, axis=1) > 0).any():
        raise ValueError("mask must have the padding at the end: ones first, then zeros")


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


def check_array(
    name: str,
    values: object,
    *,
    data_range: tuple[float, float] | None = None,
    integers: bool = False,
) -> NDArray:
    """Return an input as an array with one row an example, or raise `ValueError`.

    Args:
        name: what the input is called.
        values: the array, or what NumPy makes one of.
        data_range: the closed range that the values must lie in; None accepts any finite value.
        integers: whether the values are whole numbers, such as labels; they are returned as int32,
            and all others as float32.
    """
    array = np.asarray(values)
    least = 1 if integers else 2
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold numbers, got an array of {array.dtype}")
    if array.ndim < least or len(array) == 0:
        shape = "(n,)" if integers else "(n, ...)"
        raise ValueError(
            f"{name} must have shape {shape} with n at least 1, got {array.shape}: "
            f"a single example needs a batch axis, {name}[None]"
        )
    low, high = float(array.min()), float(array.max())
    if not np.isfinite([low, high]).all():
        raise ValueError(f"{name} holds NaN or infinite values: remove or replace them first")
    if integers and np.any(array != np.round(array)):
        raise ValueError(
            f"{name} must hold whole numbers, got {array[array != np.round(array)][0]}"
        )
    if data_range is not None and (low < data_range[0] or high > data_range[1]):
        advice = "divide by 255 first" if high > 2 else "rescale it first, or set data_range"
        raise ValueError(
            f"{name} must lie in [{data_range[0]:g}, {data_range[1]:g}], "
            f"got values from {low:g} to {high:g}: {advice}"
        )
    return np.ascontiguousarray(array, dtype=np.int32 if integers else np.float32)


def _tail(shape: Sequence[int | None]) -> str:
    return ", ".join(map(str, shape[1:]))
