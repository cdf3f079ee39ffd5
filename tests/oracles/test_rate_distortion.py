"""Reverse water-filling against a numerical optimum."""

import numpy as np
import pytest
from scipy.optimize import minimize

from aelib import metrics

VARIANCES = np.array([4.0, 1.0, 0.5, 0.1])


@pytest.mark.parametrize("level", [0.05, 0.3, 0.7, 5.0])
def test_no_other_allotment_has_a_lower_rate_at_the_same_distortion(level):
    rate, distortion = metrics.water_filling(VARIANCES, level)
    found = minimize(
        lambda d: 0.5 * np.log(VARIANCES / d).sum(),
        0.9 * VARIANCES * distortion.sum() / VARIANCES.sum(),
        bounds=[(1e-6, v) for v in VARIANCES],
        constraints={"type": "eq", "fun": lambda d: d.sum() - distortion.sum()},
        options={"ftol": 1e-12},
    )
    assert found.success
    np.testing.assert_allclose(found.x, distortion, atol=1e-3)
    assert found.fun == pytest.approx(rate.sum(), abs=1e-5)


def test_the_slope_of_the_curve_is_twice_the_level():
    pairs = [metrics.water_filling(VARIANCES, level) for level in (0.2999, 0.3001)]
    rates, distortions = np.array([(r.sum(), d.sum()) for r, d in pairs]).T
    assert np.diff(distortions) / np.diff(rates) == pytest.approx(-2 * 0.3, rel=1e-3)


@pytest.mark.parametrize("level", [0, -1, float("nan")])
def test_a_level_that_is_none_is_refused(level):
    with pytest.raises(ValueError, match="level must be above 0"):
        metrics.water_filling(VARIANCES, level)


def test_a_negative_variance_is_refused():
    with pytest.raises(ValueError, match="variances must be at least 0, got -1"):
        metrics.water_filling([1, -1], 0.5)
