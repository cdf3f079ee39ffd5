"""How far a reconstruction is from its input."""

import numpy as np
from numpy.typing import ArrayLike

from aelib.checks import check_same_shape


def mse(x: ArrayLike, x_hat: ArrayLike) -> float:
    r"""Return the mean squared error per pixel.

    .. math:: \frac{1}{nD} \sum_{i=1}^n \lVert x_i - \hat x_i \rVert^2

    Raises `ValueError` where the shapes differ.
    """
    first, second = np.asarray(x, np.float64), np.asarray(x_hat, np.float64)
    if len(first) != len(second):
        raise ValueError(f"x has {len(first)} examples and x_hat {len(second)}")
    check_same_shape(first.shape, second.shape)
    return float(np.mean(np.square(first - second)))


def psnr(x: ArrayLike, x_hat: ArrayLike) -> float:
    r"""Return the peak signal-to-noise ratio of pixels in [0, 1], in decibels.

    .. math:: -10 \log_{10} \mathrm{MSE}

    It is infinite for a perfect reconstruction.
    """
    error = mse(x, x_hat)
    return float("inf") if error == 0 else float(-10 * np.log10(error))
