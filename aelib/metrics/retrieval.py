"""How well distances from a query rank what is relevant to it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def hamming(first: ArrayLike, second: ArrayLike) -> NDArray[np.uint16]:
    """Return in how many bits each code of one array differs from each code of another.

    Codes are packed, eight bits in a byte, as `np.packbits(bits, axis=1)` gives them. XOR leaves a
    1 where two bits differ, and `np.bitwise_count` counts these.

    Shapes: uint8 (n, bytes) and (m, bytes) -> (n, m). Raises `ValueError` for other arrays.
    """
    one, other = np.asarray(first), np.asarray(second)
    for name, codes in (("first", one), ("second", other)):
        if codes.dtype != np.uint8 or codes.ndim != 2:
            raise ValueError(
                f"{name} must hold packed bits, uint8 of shape (n, bytes), got {codes.dtype} of "
                f"shape {codes.shape}: pack them by np.packbits(bits, axis=1)"
            )
    if one.shape[1] != other.shape[1]:
        raise ValueError(f"first has {one.shape[1]} bytes a code, and second {other.shape[1]}")
    distances = np.zeros((len(one), len(other)), np.uint16)
    for a, b in zip(_words(one).T, _words(other).T, strict=True):
        distances += np.bitwise_count(a[:, None] ^ b)
    return distances


def average_precision(distances: ArrayLike, relevant: ArrayLike) -> NDArray[np.float64]:
    r"""Return the average precision of each query over its full ranking, the nearest first.

    .. math:: \mathrm{AP} = \frac1r \sum_{k=1}^m y_k \frac{y_1 + \dots + y_k}{k}

    where :math:`y_k` is 1 if the example at rank k is relevant and else 0, and r counts the
    relevant ones. Examples at the same distance are in no order, so what is returned is the mean
    over all orders of each such group, by its closed form (McSherry & Najork, 2008).

    Args:
        distances: of each query from each example, shape (queries, examples).
        relevant: whether the example is relevant to the query, the same shape.

    Shapes: -> (queries,). Raises `ValueError` where the shapes differ, for a distance that is NaN,
    and for a query to which nothing is relevant.
    """
    rows, labels = np.asarray(distances), np.asarray(relevant, bool)
    if rows.ndim != 2 or rows.shape != labels.shape:
        raise ValueError(
            "distances and relevant must have one shape (queries, examples), got "
            f"{rows.shape} and {labels.shape}"
        )
    if np.isnan(rows).any():
        raise ValueError("distances holds NaN: such an example has no rank")
    if not labels.any(axis=1).all():
        query = int(np.argmin(labels.any(axis=1)))
        raise ValueError(f"nothing is relevant to query {query}: its precision is undefined")
    harmonic = np.append(0.0, np.cumsum(1 / np.arange(1, rows.shape[1] + 1)))
    pairs = zip(rows, labels, strict=True)
    return np.array([_mean_over_orders(*_groups(*pair), harmonic) for pair in pairs])


def _words(codes: NDArray) -> NDArray:
    """Return the bytes of each code as the largest whole numbers that they fill."""
    width = next(size for size in (8, 4, 2, 1) if codes.shape[1] % size == 0)
    return np.ascontiguousarray(codes).view(f"u{width}")


def _groups(distances: NDArray, relevant: NDArray) -> tuple[NDArray, NDArray]:
    """Return how many examples stand at each distance, and how many of them are relevant."""
    if distances.dtype.kind in "bu":
        sizes = np.bincount(distances)
        hits = np.bincount(distances[relevant], minlength=len(sizes))
        return sizes[sizes > 0], hits[sizes > 0]
    order = np.argsort(distances)
    ranked = distances[order]
    starts = np.flatnonzero(np.append(True, ranked[1:] != ranked[:-1]))
    return np.diff(starts, append=len(ranked)), np.add.reduceat(relevant[order], starts, dtype=int)


def _mean_over_orders(sizes: NDArray, hits: NDArray, harmonic: NDArray) -> float:
    """Return the average precision from the groups of equal distance, the nearest first.

    At place t of a group of n with h hits, after N examples with H hits, stands a hit with
    probability h / n; before it in the group then stand (t - 1)(h - 1) / (n - 1) hits on average.
    """
    last = np.cumsum(sizes)
    before, hits_before = last - sizes, np.cumsum(hits) - hits
    inverse = harmonic[last] - harmonic[before]  # the sum of 1 / (N + t) over the places t
    others = (hits - 1) / np.maximum(sizes - 1, 1)
    # The sum of (t - 1) / (N + t) is n - (N + 1) times that of 1 / (N + t).
    within = others * (sizes - (before + 1) * inverse)
    return float(np.sum(hits / sizes * ((hits_before + 1) * inverse + within)) / hits.sum())
