"""The least rate at which normal variables can be described, for a given distortion."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def water_filling(
    variances: ArrayLike, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the rate and the distortion of each of several independent normal variables.

    .. math:: R_j = \tfrac12 \log \max\left(1, \frac{\lambda_j}{\tau}\right), \quad
              D_j = \min(\lambda_j, \tau)

    with the variances lambda_j and the level tau, the rate in nats and the distortion as a squared
    error. No description of the variables has a lower total rate at the same total distortion
    (Kolmogorov 1956; Cover & Thomas 2006, theorem 10.3.3). Shapes: (n,) -> 2 (n,).

    Raises `ValueError` for a level that is not above 0, or a negative variance.
    """
    spread = np.asarray(variances, np.float64)
    if not level > 0:
        raise ValueError(f"level must be above 0, got {level!r}")
    if spread.min(initial=0.0) < 0:
        raise ValueError(f"variances must be at least 0, got {spread.min():g}")
    return 0.5 * np.log(np.maximum(spread / level, 1)), np.minimum(spread, level)
