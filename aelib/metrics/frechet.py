"""How far two sets of examples lie apart, by the mean and the covariance of their features."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def frechet_distance(features_a: ArrayLike, features_b: ArrayLike) -> float:
    r"""Return the Fréchet distance between two sets of features, as if each were normal.

    .. math:: \lVert m_a - m_b \rVert^2
              + \mathrm{tr}\left( S_a + S_b - 2 (S_a S_b)^{1/2} \right)

    with the means m and the covariances S of the two sets (divided by n - 1). It is the *square* of
    the 2-Wasserstein distance between the two normal distributions, in squared units of the
    features (Dowson & Landau, 1982), and what Heusel et al. (2017) compute from the features of
    Inception: the number depends on whose features they are. From a few examples it is too large,
    also between two samples of one distribution; the excess falls as one over their number.

    The trace of the root is the sum of the singular values of R_a R_b^T, where the centered
    features of a set are Q R times the root of n - 1, so no root of a matrix is taken that rounding
    has made indefinite.

    Shapes: (n, features), (m, features) -> a number of at least 0. Raises `ValueError` for arrays
    of other shapes, fewer than two examples, or numbers that are not finite.
    """
    first, second = _checked("features_a", features_a), _checked("features_b", features_b)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            f"features_a has {first.shape[1]} features an example and features_b {second.shape[1]}"
        )
    roots = [_root_of_covariance(array) for array in (first, second)]
    overlap = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    means = np.square(first.mean(axis=0) - second.mean(axis=0)).sum()
    traces = np.square(roots[0]).sum() + np.square(roots[1]).sum()
    return float(max(means + traces - 2 * overlap, 0.0))


def _checked(name: str, features: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(features, np.float64)
    if array.ndim != 2:
        raise ValueError(f"{name} must have shape (n, features), got {array.shape}")
    if len(array) < 2:
        raise ValueError(
            f"{name} needs at least 2 examples for a covariance, got {len(array)}, "
            "and many more than features for a trustworthy one"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds numbers that are not finite")
    return array


def _root_of_covariance(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return R with R^T R equal to the covariance."""
    centered = (features - features.mean(axis=0)) / np.sqrt(len(features) - 1)
    return np.asarray(np.linalg.qr(centered, mode="r"))
