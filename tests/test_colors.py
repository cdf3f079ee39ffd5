"""Colors that stand for things stay apart, also for readers who confuse red and green.

Oracle: the published simulation of the two dichromacies (Machado, Oliveira & Fernandes, 2009,
severity 1), and the distance of two colors in CIELAB, where about 2.3 is just noticeable.
"""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest

from aelib import plots

VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
# sRGB to XYZ (IEC 61966-2-1), and the white of D65.
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)


def seen(color, vision):
    """Return the color in CIELAB as an eye with this vision sees it."""
    srgb = np.array(mpl.colors.to_rgb(color))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    ratio = TO_XYZ @ (vision @ linear).clip(0, 1) / WHITE
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("palette", [plots.CLASS_COLORS, tuple(plots.COLORS.values())])
def test_colors_can_be_told_apart(palette, vision):
    for first, second in combinations(palette, 2):
        distance = np.linalg.norm(seen(first, VISIONS[vision]) - seen(second, VISIONS[vision]))
        assert distance > 14, (first, second)


def test_there_is_a_color_for_each_of_ten_classes():
    assert len(set(plots.CLASS_COLORS)) == 10
