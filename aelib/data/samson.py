"""The Samson scene: a real image of soil, trees and water in 156 bands."""

from io import BytesIO

import numpy as np
from scipy.io import loadmat

from aelib.data.dataset import Scene, Spectra
from aelib.data.lookup import payloads

NAMES = ("soil", "trees", "water")


def load_samson() -> Spectra:
    """Return the Samson scene, 95 x 95 pixels of 156 bands, with its reference endmembers.

    The file stores pixels column by column, as MATLAB does, and the maps of abundances as images;
    here both go row by row. Each endmember of the reference is scaled to the maximum 1, so how
    bright it is is not known. There is one scene, and unmixing uses no labels: train, valid and
    test are the same. Source: Palsson, Sveinsson & Ulfarsson's collection `hu_autoencoders`.
    """
    [content] = payloads("samson")
    arrays = loadmat(BytesIO(content))
    curves, maps = arrays["GT"], arrays["S_GT"]
    rows, columns, count = maps.shape
    by_column = arrays["Y"].reshape(-1, columns, rows)
    x = by_column.transpose(2, 1, 0).reshape(rows * columns, -1)
    shares = maps.reshape(-1, count)
    scene = Scene(
        np.ascontiguousarray(x, np.float32),
        shares.argmax(axis=1),
        np.ascontiguousarray(shares, np.float64),
        (rows, columns),
    )
    return Spectra("samson", scene, scene, scene, NAMES, np.asarray(curves, np.float64))
