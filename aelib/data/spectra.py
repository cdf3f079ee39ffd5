"""Scenes of pixels that are mixtures of known spectra, in known shares."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from aelib.data.dataset import Scene, Spectra

BANDS = 268
NAMES = ("soil", "plants", "rock", "water")
SIDES = (64, 32, 32)  # of the train, valid and test scene, in pixels
SMOOTH = 5.0  # pixels, the standard deviation of the filter that the shares are made with
SHARP = 4.0  # how much the larger shares of a pixel exceed the smaller ones
NOISE = 0.005  # standard deviation, of every band
SEED = 0


def spectra() -> Spectra:
    r"""Return three scenes of four materials, 268 bands, mixed linearly, with noise.

    .. math:: x = \sum_j a_j e_j + \varepsilon, \quad a_j \ge 0, \quad \sum_j a_j = 1, \quad
              \varepsilon \sim N(0, 0.005^2 I)

    The endmembers e_j are smooth curves with dips and edges like those of reflectances: soil,
    plants, rock, and water, which is dark. The abundances are a softmax of independent smooth
    random fields, so that neighboring pixels are alike and some pixels hold one material alone.
    The scenes share the endmembers and nothing else. The values are no pixels of an image in
    [0, 1]: a model of them takes `data_range=None`. Parts: 64 x 64 train, 32 x 32 valid, 32 x 32
    test.
    """
    rng = np.random.default_rng(SEED)
    curves = _endmembers()

    def part(side: int) -> Scene:
        shares = _abundances(side, rng)
        clean = shares @ curves
        x = clean + rng.normal(scale=NOISE, size=clean.shape)
        return Scene(x.astype(np.float32), shares.argmax(axis=1), shares, (side, side))

    train, valid, test = map(part, SIDES)
    return Spectra("spectra", train, valid, test, NAMES, curves)


def _endmembers() -> NDArray[np.float64]:
    t = np.linspace(0.0, 1.0, BANDS)

    def bump(center: float, width: float) -> NDArray[np.float64]:
        return np.exp(-np.square((t - center) / width) / 2)

    edge = 1 / (1 + np.exp(-(t - 0.17) / 0.015))
    soil = (0.08 + 0.30 * t**0.7) * (1 - 0.25 * bump(0.88, 0.02))
    dips = (1 - 0.5 * bump(0.50, 0.04)) * (1 - 0.7 * bump(0.75, 0.05))
    plants = (0.04 + 0.46 * edge) * dips + 0.04 * bump(0.08, 0.02)
    rock = (0.62 - 0.18 * t) * (1 - 0.3 * bump(0.30, 0.06)) * (1 - 0.35 * bump(0.93, 0.03))
    water = 0.02 + 0.05 * np.exp(-t / 0.12)
    return np.stack([soil, plants, rock, water])


def _abundances(side: int, rng: np.random.Generator) -> NDArray[np.float64]:
    white = rng.standard_normal((len(NAMES), side, side))
    fields = gaussian_filter(white, (0, SMOOTH, SMOOTH), mode="wrap")
    fields -= fields.mean(axis=(1, 2), keepdims=True)
    fields /= fields.std(axis=(1, 2), keepdims=True)
    raised = np.exp(SHARP * fields).reshape(len(NAMES), -1).T
    return raised / raised.sum(axis=1, keepdims=True)
