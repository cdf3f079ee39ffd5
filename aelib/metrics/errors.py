"""How far a reconstruction is from its input."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib.checks import check_same_shape


def mse(x: ArrayLike, x_hat: ArrayLike) -> float:
    r"""Return the mean squared error per pixel.

    .. math:: \frac{1}{nD} \sum_{i=1}^n \lVert x_i - \hat x_i \rVert^2

    Raises `ValueError` where the shapes differ.
    """
    first, second = _of_one_shape(x, x_hat)
    return float(np.mean(np.square(first - second)))


def psnr(x: ArrayLike, x_hat: ArrayLike) -> float:
    r"""Return the peak signal-to-noise ratio of pixels in [0, 1], in decibels.

    .. math:: -10 \log_{10} \mathrm{MSE}

    It is infinite for a perfect reconstruction.
    """
    error = mse(x, x_hat)
    return float("inf") if error == 0 else float(-10 * np.log10(error))


def cross_entropy(x: ArrayLike, p: ArrayLike) -> NDArray[np.float64]:
    r"""Return the cross-entropy of each example with probabilities of its pixels, in nats.

    .. math:: -\sum_p \left[ x_p \log \hat x_p + (1 - x_p) \log (1 - \hat x_p) \right]

    Where x is 0 or 1 this is -log p(x). The probabilities are kept 1e-6 away from 0 and 1, which a
    mean image has at its edges, and a sigmoid in 32 bits far from 0.
    Shapes: x and p (n, ...) -> (n,). Raises `ValueError` where the shapes differ.
    """
    pixels, chances = _of_one_shape(x, p)
    chances = np.clip(chances, 1e-6, 1 - 1e-6)
    terms = pixels * np.log(chances) + (1 - pixels) * np.log1p(-chances)
    return -terms.sum(axis=tuple(range(1, terms.ndim)))


def _of_one_shape(x: ArrayLike, x_hat: ArrayLike) -> tuple[NDArray, NDArray]:
    """Return both as arrays of float64; NumPy would broadcast what does not fit."""
    first, second = np.asarray(x, np.float64), np.asarray(x_hat, np.float64)
    if len(first) != len(second):
        raise ValueError(f"x has {len(first)} examples and x_hat {len(second)}")
    check_same_shape(first.shape, second.shape)
    return first, second
