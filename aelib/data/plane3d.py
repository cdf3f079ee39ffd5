"""Points of a plane in space: the smallest data set that an autoencoder can compress."""

import numpy as np
from numpy.typing import NDArray

from aelib.data.dataset import Dataset, split

SPREAD = (1.0, 0.5)  # standard deviations along the plane's two axes
NOISE = 0.1  # standard deviation across the plane, and of every coordinate
SECTORS = 8
SEED = 0


def plane_axes() -> NDArray[np.float64]:
    """Return the true axes of the plane: two orthonormal columns, shape (3, 2)."""
    tilted = np.array([[2.0, -1.0], [1.0, 2.0], [2.0, 0.5]])
    axes, _ = np.linalg.qr(tilted)
    return axes


def plane3d() -> Dataset:
    r"""Return 3,000 points near a tilted plane through the origin of space.

    .. math:: x = A z + \varepsilon, \quad z \sim N(0, \mathrm{diag}(1, 0.25)), \quad
              \varepsilon \sim N(0, 0.01\, I)

    A is `plane_axes()`; y is the sector (0 to 7) of the angle of z, for coloring. The values are
    not pixels: a model of them takes `data_range=None`. Parts: 2,000 train, 500 valid, 500 test.
    """
    rng = np.random.default_rng(SEED)
    z = rng.normal(size=(3000, 2)) * SPREAD
    x = z @ plane_axes().T + rng.normal(scale=NOISE, size=(3000, 3))
    angle = np.arctan2(z[:, 1] / SPREAD[1], z[:, 0] / SPREAD[0])
    sector = ((angle + np.pi) / (2 * np.pi) * SECTORS).astype(int) % SECTORS
    names = tuple(f"sector {i}" for i in range(SECTORS))
    return split("plane3d", x, sector, names, (2000, 500, 500))
