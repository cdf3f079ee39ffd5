"""MNIST's file format, and the two data sets of the course that use it."""

import numpy as np
from numpy.typing import NDArray

from aelib.data.dataset import Dataset, split
from aelib.data.lookup import payloads
from aelib.data.sources import CLASSES

UNSIGNED_BYTE = 0x08


def parse_idx(content: bytes) -> NDArray[np.uint8]:
    """Return the array in an IDX file of unsigned bytes.

    The file starts with two zero bytes, the type (8 is an unsigned byte) and the number of axes;
    then comes the length of each axis as a big-endian 32-bit integer, then the values.
    Raises `ValueError` for anything else.
    """
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise ValueError(f"not an IDX file of unsigned bytes: it starts with {content[:4]!r}")
    axes = content[3]
    shape = tuple(np.frombuffer(content, ">u4", count=axes, offset=4).tolist())
    start = 4 + 4 * axes
    if len(content) - start != int(np.prod(shape)):
        raise ValueError(f"the header says {shape}, but {len(content) - start} values follow")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def load_idx(name: str) -> Dataset:
    """Return Fashion-MNIST (Xiao et al., 2017) or MNIST (LeCun et al., 1998) from its files."""
    train_x, train_y, test_x, test_y = (parse_idx(content) for content in payloads(name))
    x = np.concatenate([train_x, test_x]).astype(np.float32) / 255
    y = np.concatenate([train_y, test_y])
    return split(name, x, y, CLASSES[name], (55_000, 5_000, 10_000))
