"""Penalties on codes, against closed forms, SciPy and whole Jacobians."""

import numpy as np
import pytest
from scipy.special import rel_entr


@pytest.fixture
def layer(rng):
    """Weights and biases from five pixels to three codes."""
    return rng.normal(size=(5, 3)), rng.normal(size=3)


def cubes(framework, layer):
    """Return f(x) = (x W + b)^3 as a function of tensors; its Jacobian has the rows 3 y_i^2 w_i."""
    w, b = map(framework.tensor, layer)
    return lambda x: (x @ w + b) ** 3


def test_an_l1_norm_is_the_sum_of_sizes(framework, rng):
    z = rng.normal(size=(4, 3))
    found = framework.apply(framework.twin.l1_norm, z)
    np.testing.assert_allclose(found, np.abs(z).sum(1), rtol=1e-5)


@pytest.mark.parametrize("target", [0.02, 0.1, 0.5])
def test_a_divergence_of_coins_is_that_of_scipy(framework, target, rng):
    mean = rng.uniform(0.01, 0.99, size=6)
    expected = rel_entr(target, mean).sum() + rel_entr(1 - target, 1 - mean).sum()
    divergence = lambda m: framework.twin.bernoulli_divergence(target, m)  # noqa: E731
    assert framework.apply(divergence, mean) == pytest.approx(expected, rel=1e-5)
    [gradient] = framework.gradient(divergence, mean)
    np.testing.assert_allclose(gradient, (1 - target) / (1 - mean) - target / mean, rtol=1e-4)


def test_a_divergence_is_zero_on_target_alone(framework):
    divergence = lambda m: framework.twin.bernoulli_divergence(0.25, m)  # noqa: E731
    assert framework.apply(divergence, np.full(3, 0.25)) == pytest.approx(0, abs=1e-6)
    assert framework.apply(divergence, np.full(3, 0.3)) > 0.01


def test_unit_directions_give_the_norm_of_the_jacobian(framework, layer, rng):
    x, (w, b) = rng.normal(size=(4, 5)), layer
    units = [framework.tensor(np.tile(unit, (4, 1))) for unit in np.eye(3)]
    function = cubes(framework, layer)
    norm = lambda t: framework.twin.squared_jacobian(function, t, units)  # noqa: E731
    expected = (9 * (x @ w + b) ** 4) @ (w**2).sum(0)
    np.testing.assert_allclose(framework.apply(norm, x), expected, rtol=1e-5)


def test_signs_estimate_the_norm_with_the_variance_of_theory(framework, layer, rng):
    r"""For random signs v, the variance of |J^T v|^2 is 2 sum_{i != j} (J J^T)_ij^2."""
    n, (w, b) = 40_000, layer
    x = np.tile(rng.normal(size=5), (n, 1))
    signs = framework.tensor(rng.choice([-1.0, 1.0], size=(n, 3)))
    function = cubes(framework, layer)
    estimates = framework.apply(
        lambda t: framework.twin.squared_jacobian(function, t, [signs]), x
    ).astype(float)
    jacobian = 3 * (x[0] @ w + b)[:, None] ** 2 * w.T
    gram = jacobian @ jacobian.T
    variance = 2 * (np.sum(gram**2) - np.sum(np.diag(gram) ** 2))
    assert abs(estimates.mean() - np.trace(gram)) < 5 * np.sqrt(variance / n)
    assert estimates.var() == pytest.approx(variance, rel=0.05)
