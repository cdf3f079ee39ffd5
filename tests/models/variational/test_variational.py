"""What the variational family owes besides: its terms, its noise, its prior."""

import numpy as np
import pytest
from scipy.stats import kstest

import aelib
from aelib import bridge


def test_the_squared_error_is_the_term_of_an_autoencoder(framework, make, x):
    model = make(framework, "Autoencoder")
    [term] = model.loss_terms(framework.tensor(x)).values()
    expected = np.mean(np.sum((x - aelib.reconstruct(model, x)) ** 2, axis=(1, 2)))
    assert framework.to_numpy(term) == pytest.approx(expected, rel=1e-5)


def test_the_terms_of_a_vae_without_noise(framework, make, x):
    model = make(framework, "VAE")
    model.noise = lambda name, shape, kind="normal": framework.tensor(np.zeros(shape))
    p = aelib.reconstruct(model, x).astype(float)
    mean, log_var = (framework.to_numpy(a) for a in model.posterior(framework.tensor(x)))
    likelihood = x * np.log(p) + (1 - x) * np.log(1 - p)
    expected = {
        "reconstruction": -likelihood.sum(axis=(1, 2)).mean(),
        "kl": 0.5 * np.sum(mean**2 + np.exp(log_var) - 1 - log_var, axis=1).mean(),
    }
    np.testing.assert_array_equal(aelib.encode(model, x), mean)
    for name, term in model.loss_terms(framework.tensor(x)).items():
        assert framework.to_numpy(term) == pytest.approx(expected[name], rel=1e-4)


def test_the_encoder_of_a_vae_gives_the_mean_and_then_a_log_variance_that_is_kept_in_range(
    framework, make, x
):
    model = make(framework, "VAE", hidden=())
    layers = framework.twin.ADAPTER.export_weights(model)
    layers[1].arrays["kernel"][...] = 0
    layers[1].arrays["bias"][...] = [-300, 0, 300, -300, 1, 300]
    framework.twin.ADAPTER.import_weights(model, layers)
    mean, log_var = aelib.posterior(model, x)
    np.testing.assert_array_equal(mean, np.tile([-300, 0, 300], (len(x), 1)))
    np.testing.assert_array_equal(log_var, np.tile([-20, 1, 10], (len(x), 1)))
    np.testing.assert_array_equal(aelib.encode(model, x), mean)


def test_a_vae_draws_its_codes_from_the_posterior(framework, make):
    """For mean 0 and variance 1 the codes are N(0, 1): normal, fresh, and of their own."""
    model = make(framework, "VAE")
    nothing = framework.tensor(np.zeros((5000, 3)))
    first, second = (framework.to_numpy(model.draw(nothing, nothing)) for _ in range(2))
    assert kstest(first.ravel(), "norm").pvalue > 1e-4
    pairs = [(first[:, 0], first[:, 1]), (first[:-1, 0], first[1:, 0]), (first[:, 0], second[:, 0])]
    for one, other in pairs:
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.08
    wide = framework.to_numpy(model.draw(nothing + 2, nothing + np.log(9)))
    assert kstest((wide.ravel() - 2) / 3, "norm").pvalue > 1e-4


def test_samples_are_decoded_from_the_prior(framework, make, x, monkeypatch):
    model = make(framework, "VAE")
    samples = aelib.sample(model, 5, seed=1)
    assert samples.shape == (5, *x.shape[1:])
    codes = np.random.default_rng(1).standard_normal((5, 3))
    np.testing.assert_array_equal(samples, aelib.decode(model, codes))
    assert not np.allclose(samples, aelib.sample(model, 5, seed=2))
    decoded = []
    monkeypatch.setattr(bridge, "decode", lambda model, z: decoded.append(z))
    aelib.sample(model, 2000)
    assert kstest(decoded[0].ravel(), "norm").pvalue > 1e-3


def test_validation_draws_its_codes_anew(framework, make, x):
    """With weights that hardly move, only the noise makes one epoch differ from the other."""
    model = make(framework, "VAE")
    still = {"optimizer": "sgd", "schedule": "constant", "learning_rate": 1e-12}
    run = framework.twin.fit(model, x, epochs=3, valid=x, progress=False, **still)
    assert len(set(run.history["valid"]["reconstruction"])) == 3
    assert len(set(run.history["valid"]["kl"])) == 1
