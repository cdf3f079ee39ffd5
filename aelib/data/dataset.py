"""What `load` returns."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Split:
    """One part of a data set: `x` float32 of shape (n, ...), `y` int64 of shape (n,)."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Sequences(Split):
    """One part of a data set of sequences of varying length: `x` is (n, steps, features).

    Attributes:
        mask: float32 (n, steps), 1 for the steps of a sequence, which come first, and 0 after them,
            where x is 0.
        factors: what the sequences were made from, by name, arrays of shape (n,).
    """

    mask: NDArray[np.float32]
    factors: Mapping[str, NDArray]


@dataclass(frozen=True)
class Scene(Split):
    """The pixels of an image, row by row, each a spectrum: `x` is (n, bands).

    Attributes:
        abundances: float64 (n, endmembers), the share of each endmember in each pixel; the shares
            of a pixel are not negative, and their sum is 1. y is the endmember with the most.
        shape: how many rows and columns the image has.
    """

    abundances: NDArray[np.float64]
    shape: tuple[int, int]


@dataclass(frozen=True)
class Dataset:
    """Train, valid and test parts, the names of the classes, and where the data came from."""

    name: str
    train: Split
    valid: Split
    test: Split
    classes: tuple[str, ...]

    @property
    def pixels(self) -> int:
        """How many numbers one example has."""
        return math.prod(self.train.x.shape[1:])

    def __repr__(self) -> str:
        sizes = f"{len(self.train):,} train, {len(self.valid):,} valid, {len(self.test):,} test"
        return f"{self.name}: {sizes}; each of shape {self.train.x.shape[1:]}"


@dataclass(frozen=True, repr=False)
class Spectra(Dataset):
    """A data set whose parts are of type `Scene`; its classes are the names of the endmembers.

    Attributes:
        endmembers: float64 (endmembers, bands), the spectrum of each.
    """

    endmembers: NDArray[np.float64]


def split(
    name: str, x: NDArray, y: NDArray, classes: tuple[str, ...], sizes: tuple[int, int, int]
) -> Dataset:
    """Cut arrays into consecutive train, valid and test parts of the given sizes."""
    cuts = np.cumsum(sizes)
    parts = zip(np.split(x[: cuts[2]], cuts[:2]), np.split(y[: cuts[2]], cuts[:2]), strict=True)
    train, valid, test = (
        Split(np.ascontiguousarray(a, np.float32), b.astype(np.int64)) for a, b in parts
    )
    return Dataset(name, train, valid, test, classes)
