"""The Bernoulli likelihood against SciPy in double precision."""

import numpy as np
import pytest
from scipy.special import expit, log_expit, xlogy
from scipy.stats import bernoulli


def cross_entropy(x, logits):
    """Return -x log p - (1 - x) log(1 - p), without a logarithm of a rounded probability."""
    return -(x * log_expit(logits) + (1 - x) * log_expit(-logits))


def test_binary_pixels_have_the_likelihood_of_scipy(framework, rng):
    logits = rng.normal(scale=3, size=(5, 11))
    x = rng.integers(0, 2, size=logits.shape)
    expected = -bernoulli.logpmf(x, expit(logits)).sum(axis=1)
    found = framework.apply(framework.twin.bernoulli_nll, x, logits)
    assert found.shape == (5,)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_gray_pixels_have_the_cross_entropy(framework, rng):
    x, logits = rng.random((3, 4, 5)), rng.normal(scale=2, size=(3, 4, 5))
    p = expit(logits)
    expected = -(xlogy(x, p) + xlogy(1 - x, 1 - p)).sum(axis=(1, 2))
    found = framework.apply(framework.twin.bernoulli_nll, x, logits)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("logit", [-1e4, -80.0, -20.0, 20.0, 80.0, 1e4])
@pytest.mark.parametrize("pixel", [0.0, 0.3, 1.0])
def test_extreme_logits_stay_exact(framework, logit, pixel):
    found = framework.apply(framework.twin.bernoulli_nll, [[pixel]], [[logit]])
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[0], cross_entropy(pixel, logit), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("logit", [-1e4, -3.0, 0.0, 3.0, 1e4])
def test_the_gradient_is_probability_minus_pixel(framework, rng, logit):
    x = rng.random((2, 6))
    _, of_logits = framework.gradient(framework.twin.bernoulli_nll, x, np.full(x.shape, logit))
    np.testing.assert_allclose(of_logits, expit(logit) - x, rtol=1e-5, atol=1e-6)


def test_the_smallest_value_is_the_entropy_of_the_pixels(framework, rng):
    x = rng.uniform(0.05, 0.95, size=(3, 8))
    best = np.log(x / (1 - x))
    entropy = -(xlogy(x, x) + xlogy(1 - x, 1 - x)).sum(axis=1)
    found = framework.apply(framework.twin.bernoulli_nll, x, best)
    np.testing.assert_allclose(found, entropy, rtol=1e-5)
    elsewhere = framework.apply(framework.twin.bernoulli_nll, x, best + 0.3)
    assert (elsewhere > found).all()


def test_shapes_that_would_broadcast_are_refused(framework):
    x, logits = framework.tensor(np.zeros((2, 3))), framework.tensor(np.zeros((2, 1)))
    with pytest.raises(ValueError, match=r"\(batch, 1\) and x \(batch, 3\)"):
        framework.twin.bernoulli_nll(x, logits)
