"""The sample that gradients flow through: its moments, and the gradients of an expectation."""

import numpy as np
import pytest

SAMPLES = 200_000
POSTERIORS = [(0.0, 0.0), (1.5, -1.0), (-0.7, 1.2)]

each_posterior = pytest.mark.parametrize(("mean", "log_var"), POSTERIORS)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).standard_normal((SAMPLES, 1))


def columns(mean, log_var):
    return np.full((SAMPLES, 1), mean), np.full((SAMPLES, 1), log_var)


def test_it_is_the_mean_plus_sigma_times_noise(framework, rng):
    mean, log_var, noise = rng.normal(size=(3, 4, 2))
    found = framework.apply(framework.twin.reparameterize, mean, log_var, noise)
    np.testing.assert_allclose(found, mean + np.sqrt(np.exp(log_var)) * noise, rtol=1e-5, atol=1e-6)


@each_posterior
def test_mean_and_variance_are_those_of_the_posterior(framework, noise, mean, log_var):
    z = framework.apply(framework.twin.reparameterize, *columns(mean, log_var), noise)
    variance = np.exp(log_var)
    assert abs(z.mean() - mean) < 5 * np.sqrt(variance / SAMPLES)
    assert abs(z.var() / variance - 1) < 5 * np.sqrt(2 / SAMPLES)


@each_posterior
def test_gradients_of_an_expectation_come_through(framework, noise, mean, log_var):
    """E[z^2] = mean^2 + exp(log_var), so its gradients are 2 mean and exp(log_var)."""

    def square(*parameters):
        z = framework.twin.reparameterize(*parameters, framework.tensor(noise))
        return z * z

    of_mean, of_log_var = framework.gradient(square, *columns(mean, log_var))
    variance = np.exp(log_var)
    assert abs(of_mean.mean() - 2 * mean) < 5 * 2 * np.sqrt(variance / SAMPLES)
    # One sample of the second is sigma z eps, with variance sigma^2 mean^2 + 2 sigma^4.
    deviation = np.sqrt((variance * mean**2 + 2 * variance**2) / SAMPLES)
    assert abs(of_log_var.mean() - variance) < 5 * deviation
