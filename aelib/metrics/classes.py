"""What a classifier's answers say of a set of images: how sure they are, how varied."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr


def mean_entropy(probabilities: ArrayLike) -> float:
    r"""Return the mean entropy of the class of an image under a classifier, in nats.

    .. math:: -\frac1n \sum_{i=1}^n \sum_k p(k|x_i) \log p(k|x_i)

    From 0, where it is certain of each image, to the logarithm of the number of classes.
    Shapes: (n, classes) -> a number. Raises `ValueError` for rows that are no probabilities.
    """
    return float(entr(_checked(probabilities)).sum(axis=1).mean())


def covered_classes(probabilities: ArrayLike) -> float:
    r"""Return how many equally frequent classes would be as varied as the predicted ones.

    .. math:: \exp\Bigl( -\sum_k h_k \log h_k \Bigr)

    with the share h_k of the images for which k is the most probable class: from 1, where all are
    of one class, to the number of classes, where each is predicted equally often.
    Shapes: (n, classes) -> a number. Raises `ValueError` for rows that are no probabilities.
    """
    array = _checked(probabilities)
    counts = np.bincount(array.argmax(axis=1), minlength=array.shape[1])
    return float(np.exp(entr(counts / len(array)).sum()))


def _checked(probabilities: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(probabilities, np.float64)
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"probabilities must have shape (n, classes), got {array.shape}")
    if not (array.min() >= 0 and np.allclose(array.sum(axis=1), 1, atol=1e-4)):
        raise ValueError("probabilities must be at least 0 and add up to 1 for each image")
    return array
