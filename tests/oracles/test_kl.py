"""The KL divergence from the prior: by quadrature, by `torch.distributions`, and at its zero."""

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm
from torch.distributions import Normal, kl_divergence


def reference(mean, log_var):
    """Return the divergence and its gradient, in double precision."""
    mean = torch.tensor(mean, dtype=torch.float64, requires_grad=True)
    log_var = torch.tensor(log_var, dtype=torch.float64, requires_grad=True)
    posterior = Normal(mean, torch.exp(log_var / 2))
    prior = Normal(torch.zeros_like(mean), torch.ones_like(mean))
    kl = kl_divergence(posterior, prior).sum(dim=1)
    gradients = torch.autograd.grad(kl.sum(), (mean, log_var))
    return kl.detach().numpy(), [gradient.numpy() for gradient in gradients]


@pytest.fixture
def posterior(rng):
    return rng.normal(scale=2, size=(6, 4)), rng.normal(scale=1.5, size=(6, 4))


def test_value_and_gradient_are_those_of_torch_distributions(framework, posterior):
    expected, gradients = reference(*posterior)
    kl = framework.twin.kl_standard_normal
    found = framework.apply(kl, *posterior)
    assert found.shape == (6,)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    for ours, theirs in zip(framework.gradient(kl, *posterior), gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("mean", "log_var"), [(0.0, 1.0), (1.5, 0.0), (-2.0, -3.0), (0.7, 2.0)])
def test_it_is_the_integral_that_defines_it(framework, mean, log_var):
    scale = np.exp(log_var / 2)
    q, p = norm(mean, scale), norm(0, 1)
    low, high = mean - 12 * scale, mean + 12 * scale
    expected, _ = quad(lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), low, high)
    found = framework.apply(framework.twin.kl_standard_normal, [[mean]], [[log_var]])
    np.testing.assert_allclose(found, [expected], rtol=1e-5)


def test_it_is_exactly_zero_at_the_prior(framework):
    nothing = np.zeros((3, 5))
    kl = framework.twin.kl_standard_normal
    np.testing.assert_array_equal(framework.apply(kl, nothing, nothing), np.zeros(3))
    for gradient in framework.gradient(kl, nothing, nothing):
        np.testing.assert_array_equal(gradient, nothing)


def test_it_does_not_cancel_near_the_prior(framework):
    """The value is log_var^2 / 4, far below the rounding error of the terms it is made of."""
    log_var = np.float32(1e-3)
    found = framework.apply(framework.twin.kl_standard_normal, [[0.0]], [[log_var]])
    np.testing.assert_allclose(found, float(log_var) ** 2 / 4, rtol=2e-3)
