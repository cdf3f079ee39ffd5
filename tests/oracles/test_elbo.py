"""The evidence lower bound, where log p(x) is known.

The ELBO of every posterior lies below log p(x) by KL(q || p(z|x)), and meets it at the exact
posterior. Two models have a known log p(x): a linear-Gaussian one in closed form, and a Bernoulli
decoder of a one-dimensional code by Gauss-Hermite quadrature.
"""

import numpy as np
import pytest
from scipy.special import log_expit, logsumexp
from scipy.stats import multivariate_normal, norm

SAMPLES = 40_000


class LinearGaussian:
    """z ~ N(0, I), x ~ N(W z, I / 2), so -log p(x|z) is the squared error and a constant."""

    def __init__(self, rng, pixels=5, latent_dim=2):
        self.weights = rng.normal(size=(pixels, latent_dim)) * [1.0, 0.5]
        self.constant = -0.5 * pixels * np.log(np.pi)

    def log_evidence(self, x):
        covariance = self.weights @ self.weights.T + 0.5 * np.eye(len(x))
        return multivariate_normal(np.zeros(len(x)), covariance).logpdf(x)

    def exact_posterior(self, x):
        """Return its mean and covariance, from Bayes's rule for Gaussians."""
        precision = np.eye(self.weights.shape[1]) + 2 * self.weights.T @ self.weights
        covariance = np.linalg.inv(precision)
        return 2 * covariance @ self.weights.T @ x, covariance


def elbo(framework, model, x, mean, log_var):
    """Return the sampled ELBO of a linear-Gaussian model, and its standard error."""
    twin = framework.twin
    noise = np.random.default_rng(1).standard_normal((SAMPLES, len(mean)))
    repeat = [np.broadcast_to(a, (SAMPLES, len(a))) for a in (mean, log_var, x)]
    z = framework.apply(twin.reparameterize, *repeat[:2], noise)
    squared = framework.apply(twin.squared_error, repeat[2], z @ model.weights.T)
    kl = framework.apply(twin.kl_standard_normal, mean[None], log_var[None])
    value = model.constant - squared.mean(dtype=float) - float(kl[0])
    return value, squared.std() / np.sqrt(SAMPLES)


@pytest.fixture
def model(rng):
    return LinearGaussian(rng)


@pytest.fixture
def x(rng):
    return rng.normal(size=5)


def test_the_exact_posterior_meets_log_p(framework, model, x):
    # The posterior is factorized, as the library's is, where the columns of W are orthogonal.
    model.weights = np.linalg.qr(model.weights)[0] * [1.5, 0.4]
    mean, covariance = model.exact_posterior(x)
    assert abs(covariance[0, 1]) < 1e-12
    value, error = elbo(framework, model, x, mean, np.log(np.diag(covariance)))
    assert abs(value - model.log_evidence(x)) < 5 * error


@pytest.mark.parametrize("shift", [-0.5, 0.0, 0.5])
@pytest.mark.parametrize("widen", [-1.0, 0.0, 1.0])
def test_every_posterior_lies_below_log_p_by_its_divergence(framework, model, x, shift, widen):
    mean, covariance = model.exact_posterior(x)
    q_mean, q_log_var = mean + shift, np.log(np.diag(covariance)) + widen
    value, error = elbo(framework, model, x, q_mean, q_log_var)
    difference, precision = q_mean - mean, np.linalg.inv(covariance)
    divergence = 0.5 * (
        np.trace(precision @ np.diag(np.exp(q_log_var)))
        + difference @ precision @ difference
        - len(mean)
        + np.linalg.slogdet(covariance)[1]
        - q_log_var.sum()
    )
    assert divergence > 0.01
    assert value < model.log_evidence(x)
    assert abs(model.log_evidence(x) - value - divergence) < 5 * error


def vae_of_one_code(framework, rng):
    """Return a VAE with one linear layer on each side and known weights, and its decoder's."""
    twin = framework.twin
    encoder = twin.mlp_encoder(2, hidden=(), input_shape=(4,))
    decoder = twin.mlp_decoder(1, hidden=(), output_shape=(4,))
    vae = twin.VAE(encoder, decoder, latent_dim=1)
    layers = twin.ADAPTER.export_weights(vae)
    for layer in layers[1:]:
        for array in layer.arrays.values():
            array[...] = rng.normal(size=array.shape)
    twin.ADAPTER.import_weights(vae, layers)
    return vae, layers[2].arrays


def test_the_loss_of_a_vae_is_its_bound_and_lies_above_minus_log_p(framework, rng):
    vae, decoder = vae_of_one_code(framework, rng)
    x = np.array([1.0, 0.0, 1.0, 1.0])
    batch = framework.tensor(np.broadcast_to(x, (SAMPLES, 4)))
    loss = sum(framework.to_numpy(term) for term in vae.loss_terms(batch).values())

    def log_likelihood(z):
        logits = z[:, None] * decoder["kernel"].astype(float) + decoder["bias"]
        return (x * log_expit(logits) + (1 - x) * log_expit(-logits)).sum(axis=1)

    nodes, weights = np.polynomial.hermite_e.hermegauss(100)
    weights = weights / weights.sum()
    evidence = logsumexp(log_likelihood(nodes), b=weights)
    mean, log_var = (float(framework.to_numpy(a)[0, 0]) for a in vae.posterior(batch[:1]))
    scale = np.exp(log_var / 2)
    z = mean + scale * nodes
    bound = weights @ (log_likelihood(z) + norm.logpdf(z) - norm.logpdf(z, mean, scale))

    assert evidence - bound > 0.1
    assert -loss < evidence
    assert abs(-loss - bound) < 0.03
