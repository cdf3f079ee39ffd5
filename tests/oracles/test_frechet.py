"""The Fréchet distance against closed forms and SciPy's root of a matrix."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import norm, ortho_group

from aelib.metrics import frechet_distance


def with_moments(rng, mean, covariance, n=50):
    """Return examples that have exactly this mean and covariance."""
    z = rng.normal(size=(n, len(mean)))
    z -= z.mean(axis=0)
    whitened = z @ np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(z.T)))).T
    return whitened @ np.linalg.cholesky(covariance).T + mean


def covariance_like(rng, size):
    a = rng.normal(size=(size, size))
    return a @ a.T + 0.1 * np.eye(size)


def test_for_diagonal_covariances_it_compares_standard_deviations(rng):
    means, deviations = rng.normal(size=(2, 5)), rng.uniform(0.5, 3, size=(2, 5))
    sets = [with_moments(rng, m, np.diag(s**2)) for m, s in zip(means, deviations, strict=True)]
    expected = np.square(means[0] - means[1]).sum() + np.square(deviations[0] - deviations[1]).sum()
    assert frechet_distance(*sets) == pytest.approx(expected)


def test_it_is_the_formula_with_the_root_of_scipy(rng):
    a, b = (rng.normal(size=(n, 6)) @ rng.normal(size=(6, 6)) for n in (40, 70))
    covariances = [np.cov(x.T) for x in (a, b)]
    trace = np.trace(covariances[0] + covariances[1] - 2 * sqrtm(covariances[0] @ covariances[1]))
    expected = np.square(a.mean(axis=0) - b.mean(axis=0)).sum() + trace.real
    assert frechet_distance(a, b) == pytest.approx(expected)


def test_it_is_the_symmetric_form_with_eigenvalues(rng):
    first, second = covariance_like(rng, 4), covariance_like(rng, 4)
    values, vectors = np.linalg.eigh(first)
    root = vectors * np.sqrt(values) @ vectors.T
    middle = np.sqrt(np.linalg.eigvalsh(root @ second @ root)).sum()
    sets = [with_moments(rng, np.zeros(4), s) for s in (first, second)]
    expected = np.trace(first + second) - 2 * middle
    assert frechet_distance(*sets) == pytest.approx(expected)


def test_in_one_dimension_it_is_the_squared_wasserstein_distance_of_normals(rng):
    """The integral of the squared difference of quantiles."""
    shares = (np.arange(200_000) + 0.5) / 200_000
    quantiles = norm.ppf(shares, 1.0, 2.0) - norm.ppf(shares, -0.5, 0.7)
    sets = [with_moments(rng, [m], [[s**2]]) for m, s in ((1.0, 2.0), (-0.5, 0.7))]
    assert frechet_distance(*sets) == pytest.approx(np.square(quantiles).mean(), rel=1e-4)


def test_no_joint_distribution_of_the_two_normals_is_nearer(rng):
    """It is the least mean squared distance over all ways to pair the two."""
    first, second = covariance_like(rng, 3), covariance_like(rng, 3)
    sets = [with_moments(rng, np.zeros(3), s) for s in (first, second)]
    found = frechet_distance(*sets)
    roots = np.linalg.cholesky(first), np.linalg.cholesky(second)
    turns = [np.eye(3), *ortho_group.rvs(3, size=200, random_state=rng)]
    others = [
        np.trace(first + second) - 2 * np.trace(roots[0] @ turn @ roots[1].T) for turn in turns
    ]
    assert found <= min(others) + 1e-9
    u, _, vt = np.linalg.svd(roots[0].T @ roots[1])
    best = np.trace(first + second) - 2 * np.trace(roots[0] @ (u @ vt) @ roots[1].T)
    assert found == pytest.approx(best)


def test_equal_sets_are_at_distance_zero_in_any_order(rng):
    x = rng.normal(size=(30, 8)) @ rng.normal(size=(8, 8)) + 100
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(x, x[::-1]) == pytest.approx(0, abs=1e-9)


def test_it_is_symmetric_and_does_not_depend_on_axes_or_origin(rng):
    a, b = rng.normal(size=(40, 6)) * np.arange(1, 7), rng.normal(size=(50, 6)) + 0.3
    found = frechet_distance(a, b)
    turn = ortho_group.rvs(6, random_state=rng)
    assert frechet_distance(b, a) == pytest.approx(found)
    assert frechet_distance(a @ turn + 5, b @ turn + 5) == pytest.approx(found)
    assert frechet_distance(3 * a, 3 * b) == pytest.approx(9 * found)


def test_features_without_variance_do_no_harm(rng):
    """A covariance that is singular, from a feature that is never on and from few examples."""
    a, b = rng.normal(size=(200, 5)), rng.normal(size=(200, 5)) + 1
    never = np.zeros((200, 3))
    assert frechet_distance(np.hstack([a, never]), np.hstack([b, never])) == pytest.approx(
        frechet_distance(a, b)
    )
    few = rng.normal(size=(4, 20))
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-9)
    one_point = np.ones((10, 5))
    expected = np.square(a.mean(axis=0) - 1).sum() + a.var(axis=0, ddof=1).sum()
    assert frechet_distance(a, one_point) == pytest.approx(expected)


def test_samples_of_one_distribution_are_apart_by_less_the_more_there_are(rng):
    def of_two_samples(n):
        pairs = rng.normal(size=(30, 2, n, 8))
        return np.mean([frechet_distance(*pair) for pair in pairs])

    found = [of_two_samples(n) for n in (100, 200, 400)]
    np.testing.assert_allclose(np.divide(found[:-1], found[1:]), 2, atol=0.3)


def test_what_is_no_set_of_features_is_refused(rng):
    x = rng.normal(size=(5, 3))
    with pytest.raises(ValueError, match=r"features_a must have shape \(n, features\), got \(5,\)"):
        frechet_distance(x[:, 0], x)
    with pytest.raises(ValueError, match="features_a has 3 features an example and features_b 2"):
        frechet_distance(x, x[:, :2])
    with pytest.raises(ValueError, match=r"features_b needs at least 2 examples .* got 1"):
        frechet_distance(x, x[:1])
    with pytest.raises(ValueError, match="features_b holds numbers that are not finite"):
        frechet_distance(x, np.full((5, 3), np.nan))
