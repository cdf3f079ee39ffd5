"""How two subspaces lie to each other."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import subspace_angles


def principal_angles(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    r"""Return the principal angles between two column spaces, in radians, ascending.

    With orthonormal bases U and V of the two spaces, the cosines of the angles are the singular
    values of U^T V. All angles are 0 where one space holds the other; the largest is pi/2 where
    one has a direction at right angles to the whole of the other.
    Shapes: (pixels, k), (pixels, m) -> (min(k, m),). Bjorck & Golub (1973).
    """
    return np.sort(subspace_angles(np.asarray(first, float), np.asarray(second, float)))
