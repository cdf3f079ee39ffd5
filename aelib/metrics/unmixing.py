"""What a pixel is made of, without a network: endmembers, abundances, and how right they are."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment, nnls


def spectral_angles(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    r"""Return the angle between each spectrum of one array and each of another, in radians.

    .. math:: \theta(e, e') = \arccos \frac{\langle e, e' \rangle}{\lVert e \rVert \lVert e' \rVert}

    It does not change when either is multiplied by a positive number. Computed from the distance
    of the unit vectors, as a small angle is lost in the rounding of its cosine. Shapes: (n, bands)
    and (m, bands) -> (n, m). Raises `ValueError` for a spectrum that is zero in every band.
    """
    one, other = _unit("first", first), _unit("second", second)
    chords = np.linalg.norm(one[:, None] - other[None], axis=2)
    return 2 * np.arcsin(np.minimum(chords / 2, 1))


def match_endmembers(true: ArrayLike, found: ArrayLike) -> NDArray[np.intp]:
    """Return which of the spectra that were found stands for each true one.

    No method of blind unmixing can know the order. Of all one-to-one assignments it is that with
    the least sum of spectral angles, so `found[match_endmembers(true, found)]` has the order of
    `true`. Shapes: (n, bands) and (n, bands) -> (n,). Kuhn (1955).
    """
    _, order = linear_sum_assignment(spectral_angles(true, found))
    return order


def abundance_rmse(true: ArrayLike, found: ArrayLike) -> float:
    r"""Return the root of the mean squared error of abundances, over pixels and endmembers.

    .. math:: \sqrt{\tfrac{1}{n k} \sum_{ij} (a_{ij} - \hat a_{ij})^2}

    Shapes: (n, k) and (n, k), or (k,) for the same abundances everywhere. Raises `ValueError` for
    any other shape.
    """
    right, guess = np.asarray(true, np.float64), np.asarray(found, np.float64)
    if guess.shape not in (right.shape, right.shape[1:]):
        raise ValueError(f"true has shape {right.shape}, and found {guess.shape}")
    return float(np.sqrt(np.mean(np.square(right - guess))))


def nnls_abundances(x: ArrayLike, endmembers: ArrayLike) -> NDArray[np.float64]:
    r"""Return the amounts of known endmembers in each pixel, by non-negative least squares.

    .. math:: \hat a = \arg\min_{a \ge 0} \Bigl\lVert x - \sum_j a_j e_j \Bigr\rVert^2

    They need not have the sum 1; divided by their sum, they are shares. Shapes: x (n, bands),
    endmembers (k, bands) -> (n, k). Lawson & Hanson (1974).
    """
    columns = np.asarray(endmembers, np.float64).T
    return np.stack([nnls(columns, pixel)[0] for pixel in np.asarray(x, np.float64)])


def vca(x: ArrayLike, count: int, seed: int = 0, draws: int = 10) -> NDArray[np.float64]:
    """Return pixels that are corners of the data, by vertex component analysis.

    Linear mixtures fill a simplex, whose corners are the endmembers. Project the pixels onto the
    `count` directions that hold most of them, and divide each by its length along the mean, so
    that brightness drops out; where noise is strong, take `count - 1` principal components
    instead. Then draw a direction at right angles to the corners that are known, and take the pixel
    that lies farthest along it: where pure pixels exist, and without noise, it is one of them.
    Directions are drawn anew `draws` times, and the corners that span the largest volume are kept.
    Nascimento & Bioucas-Dias (2005).

    Shapes: (n, bands) -> (count, bands), each a pixel without what lies outside of the subspace,
    and negative values set to 0. Raises `ValueError` for a count below 2 or above the bands.
    """
    pixels = np.asarray(x, np.float64)
    bands = pixels.shape[1]
    if not 2 <= count <= bands:
        raise ValueError(f"count must be at least 2 and at most {bands}, the bands, got {count}")
    mean = pixels.mean(axis=0)
    axes = _principal(pixels - mean, count)
    inside = (pixels - mean) @ axes
    power, kept = np.square(pixels).sum(1).mean(), np.square(inside).sum(1).mean() + mean @ mean
    signal, noise = kept - count / bands * power, power - kept
    if signal < noise * count * 10**1.5:  # in decibels: 15 + 10 log10(count)
        axes, inside = axes[:, :-1], inside[:, :-1]
        clean = mean + inside @ axes.T
        height = np.linalg.norm(inside, axis=1).max()
        points = np.column_stack([inside, np.full(len(inside), height)])
    else:
        axes = _principal(pixels, count)
        inside = pixels @ axes
        clean = inside @ axes.T
        points = inside / (inside @ inside.mean(axis=0))[:, None]
    rng = np.random.default_rng(seed)
    tries = [_corners(points, rng) for _ in range(draws)]
    best = max(tries, key=lambda chosen: abs(np.linalg.det(points[chosen])))
    return np.maximum(clean[best], 0)


def _unit(name: str, spectra: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(spectra, np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not lengths.all():
        raise ValueError(f"spectrum {np.argmin(lengths)} of {name} is zero in every band")
    return rows / lengths


def _principal(rows: NDArray, count: int) -> NDArray:
    """Return the directions of largest mean square as columns."""
    return np.linalg.eigh(rows.T @ rows / len(rows))[1][:, : -count - 1 : -1]


def _corners(points: NDArray, rng: np.random.Generator) -> list[int]:
    count = points.shape[1]
    known = np.zeros((count, count))
    known[-1, 0] = 1  # in place of the first corner, so that the first direction crosses the data
    chosen: list[int] = []
    for column in range(count):
        drawn = rng.standard_normal(count)
        across = drawn - known @ (np.linalg.pinv(known) @ drawn)
        chosen.append(int(np.argmax(np.abs(points @ across))))
        known[:, column] = points[chosen[-1]]
    return chosen
