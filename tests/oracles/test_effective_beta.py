"""Effective beta: two losses with the same one have proportional gradients."""

import numpy as np
import pytest

from aelib.metrics import effective_beta

PIXELS = 12


@pytest.mark.parametrize("kl_weight", [0.0, 0.25, 1.0, 1 / PIXELS])
def test_a_mean_over_pixels_is_the_sum_at_the_effective_beta(framework, rng, kl_weight):
    """grad(mean + w KL) * pixels == grad(sum + beta KL), for parameters that both terms share."""
    x = framework.tensor(rng.random((1, PIXELS)))
    twin, matrix = framework.twin, framework.tensor(rng.normal(size=(3, PIXELS)))
    parameters = rng.normal(size=(1, 3)), rng.normal(size=(1, 3))
    noise = framework.tensor(rng.normal(size=(1, 3)))

    def loss(reconstruction_weight, beta):
        def evaluate(mean, log_var):
            z = twin.reparameterize(mean, log_var, noise)
            kl = twin.kl_standard_normal(mean, log_var)
            return reconstruction_weight * twin.bernoulli_nll(x, z @ matrix) + beta * kl

        return evaluate

    beta = effective_beta(kl_weight, PIXELS, "mean")
    of_mean = framework.gradient(loss(1 / PIXELS, kl_weight), *parameters)
    of_sum = framework.gradient(loss(1.0, beta), *parameters)
    for first, second in zip(of_mean, of_sum, strict=True):
        np.testing.assert_allclose(PIXELS * first, second, rtol=1e-4, atol=1e-6)


def test_a_sum_is_as_it_is_written():
    assert effective_beta(0.5, PIXELS, "sum") == 0.5


def test_another_reduction_is_refused():
    with pytest.raises(ValueError, match="must be 'sum' or 'mean', got 'median'"):
        effective_beta(1.0, PIXELS, "median")
