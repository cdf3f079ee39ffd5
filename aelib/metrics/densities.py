"""Densities of codes."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def log_normal(z: ArrayLike, mean: ArrayLike, log_var: ArrayLike) -> NDArray[np.float64]:
    r"""Return log N(z; mean, diag(exp(log_var))) of each code, in nats.

    .. math:: -\tfrac12 \sum_j
              \left[ (z_j - \mu_j)^2 / \sigma_j^2 + \log \sigma_j^2 + \log 2\pi \right]

    Shapes: z (..., latent_dim), mean and log_var what broadcasts to it -> (...). With 0 for both it
    is the standard normal prior.
    """
    codes, center, spread = (np.asarray(array, np.float64) for array in (z, mean, log_var))
    square = np.square(codes - center) * np.exp(-spread)
    return -0.5 * np.sum(square + spread + np.log(2 * np.pi), axis=-1)
