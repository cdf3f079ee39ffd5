"""Errors against closed forms, and the probes where the answer is known."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import bernoulli, norm

from aelib.data import Split
from aelib.metrics import cross_entropy, knn_probe, linear_probe, log_normal, mse, psnr

each_probe = pytest.mark.parametrize("probe", [linear_probe, knn_probe])


def clusters(rng, distance, shape=(2, 4), n=400):
    """Return n points of ten classes around centers at this distance from each other."""
    y = rng.integers(0, 10, size=n)
    centers = distance * np.eye(10)[:, : int(np.prod(shape))]
    centers[8:] = -centers[:2]
    x = centers[y] + rng.normal(size=(n, centers.shape[1]))
    return Split(x.reshape(n, *shape).astype(np.float32), y)


def test_mse_of_a_known_error():
    x = np.zeros((3, 2, 2))
    assert mse(x, x) == 0
    assert mse(x, x + 0.5) == pytest.approx(0.25)
    x_hat = x.copy()
    x_hat[0, 0, 0] = 1.2
    assert mse(x, x_hat) == pytest.approx(1.44 / 12)


def test_mse_of_gaussian_noise_is_its_variance(rng):
    x = rng.random((1000, 100))
    noisy = x + rng.normal(scale=0.2, size=x.shape)
    assert mse(x, noisy) == pytest.approx(0.04, rel=0.03)


def test_mse_keeps_double_precision_on_float32_input():
    x = np.zeros((2, 2), np.float32)
    assert mse(x, x + np.float32(1e-25)) == pytest.approx(1e-50, rel=1e-3)


@pytest.mark.parametrize("error", [mse, cross_entropy])
def test_arrays_that_would_broadcast_are_refused(error):
    with pytest.raises(ValueError, match="x has 3 examples and x_hat 1"):
        error(np.zeros((3, 2)), np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"shape \(batch, 1\) and x \(batch, 2\)"):
        error(np.zeros((3, 2)), np.zeros((3, 1)))


@pytest.mark.parametrize(("error", "decibels"), [(1.0, 0.0), (0.1, 20.0), (0.5, 6.0206)])
def test_psnr_in_decibels(error, decibels):
    x = np.zeros((2, 3))
    assert psnr(x, x + error) == pytest.approx(decibels, abs=1e-4)


def test_psnr_of_a_perfect_reconstruction_is_infinite(rng):
    x = rng.random((2, 3))
    assert psnr(x, x) == np.inf


def test_the_cross_entropy_of_binary_pixels_is_the_likelihood_of_scipy(rng):
    x, p = rng.integers(0, 2, size=(5, 3, 4)), rng.uniform(0.01, 0.99, size=(5, 3, 4))
    np.testing.assert_allclose(cross_entropy(x, p), -bernoulli.logpmf(x, p).sum(axis=(1, 2)))


def test_the_cross_entropy_is_the_loss_of_a_model(framework, rng):
    x, logits = rng.random((3, 4, 5)), rng.normal(scale=2, size=(3, 4, 5))
    of_model = framework.apply(framework.twin.bernoulli_nll, x, logits)
    np.testing.assert_allclose(cross_entropy(x, expit(logits)), of_model, rtol=1e-5)


def test_the_cross_entropy_of_an_impossible_pixel_is_large_and_finite():
    found = cross_entropy(np.array([[1.0], [0.0], [0.0]]), np.array([[0.0], [1.0], [0.0]]))
    np.testing.assert_allclose(found, [-np.log(1e-6), -np.log(1e-6), 1e-6], rtol=1e-6)


def test_the_normal_density_is_that_of_scipy(rng):
    z, mean, log_var = rng.normal(size=(3, 7, 4))
    expected = norm.logpdf(z, mean, np.exp(log_var / 2)).sum(axis=1)
    np.testing.assert_allclose(log_normal(z, mean, log_var), expected)
    np.testing.assert_allclose(log_normal(z[:, None], mean, log_var).diagonal(), expected)
    np.testing.assert_allclose(log_normal(z, 0, 0), norm.logpdf(z).sum(axis=1))


@each_probe
def test_a_probe_reads_separated_classes(rng, probe):
    assert probe(clusters(rng, distance=12), clusters(rng, distance=12)) > 0.98


@each_probe
def test_a_probe_finds_nothing_in_noise(rng, probe):
    accuracy = probe(clusters(rng, distance=0), clusters(rng, distance=0, n=2000))
    assert 0.05 < accuracy < 0.15  # one in ten


def test_a_linear_probe_does_not_care_for_the_units_of_a_feature(rng):
    """Without a common scale, its penalty would hide what is measured in large units."""
    train, test = clusters(rng, distance=12, shape=(8,)), clusters(rng, distance=12, shape=(8,))
    units = np.float32(10.0) ** np.arange(-6, 2)
    scaled = [Split(part.x * units, part.y) for part in (train, test)]
    assert linear_probe(*scaled) == pytest.approx(linear_probe(train, test), abs=0.01)


def test_the_nearest_neighbors_see_what_no_hyperplane_sees(rng):
    """Two classes as two rings: the probes measure different things."""

    def rings(n):
        y = rng.integers(0, 2, size=n)
        angle = rng.uniform(0, 2 * np.pi, size=n)
        radius = np.where(y == 0, 1.0, 2.0)[:, None]
        return Split((radius * np.c_[np.cos(angle), np.sin(angle)]).astype(np.float32), y)

    train, test = rings(500), rings(500)
    assert knn_probe(train, test) > 0.98
    assert linear_probe(train, test) < 0.65
