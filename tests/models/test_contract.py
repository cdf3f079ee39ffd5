"""What every model of the library owes before it is trained, in both frameworks."""

import numpy as np
import pytest
from scipy.stats import kstest

import aelib
from aelib import bridge
from aelib.training.objective import weighted_sum


def test_codes_and_reconstructions_have_the_shapes_promised(model, x):
    z = aelib.encode(model, x)
    assert z.shape == (len(x), model.latent_dim)
    for x_hat in (aelib.decode(model, z), aelib.reconstruct(model, x)):
        assert x_hat.shape == x.shape
        assert x_hat.dtype == np.float32
    assert z.dtype == np.float32


def test_the_bridge_and_the_methods_give_the_same(framework, model, x):
    z = framework.apply(model.encode, x)
    np.testing.assert_allclose(aelib.encode(model, x), z, atol=1e-6)
    np.testing.assert_allclose(aelib.decode(model, z), framework.apply(model.decode, z), atol=1e-6)
    np.testing.assert_allclose(aelib.reconstruct(model, x), framework.apply(model, x), atol=1e-6)


def test_a_reconstruction_does_not_sample(model, x):
    np.testing.assert_array_equal(aelib.reconstruct(model, x), aelib.reconstruct(model, x))


def test_the_code_of_an_example_does_not_depend_on_its_batch(model, x, monkeypatch):
    whole = aelib.encode(model, x)
    np.testing.assert_allclose(aelib.encode(model, x[7:8]), whole[7:8], atol=1e-6)
    np.testing.assert_allclose(aelib.encode(model, x[::-1]), whole[::-1], atol=1e-6)
    monkeypatch.setattr(bridge, "BATCH", 7)
    np.testing.assert_allclose(aelib.encode(model, x), whole, atol=1e-6)


def test_loss_terms_are_finite_scalars_by_name(framework, model, terms, x):
    found = model.loss_terms(framework.tensor(x))
    assert tuple(found) == terms
    for value in found.values():
        array = framework.to_numpy(value)
        assert array.shape == ()
        assert np.isfinite(array)


def test_every_weight_belongs_to_a_term(model, terms):
    assert set(model.loss_weights) <= set(terms)


def test_a_model_takes_a_list_and_integers(model, x):
    np.testing.assert_allclose(aelib.encode(model, x.tolist()), aelib.encode(model, x), atol=1e-6)
    assert aelib.encode(model, np.ones(x.shape, int)).dtype == np.float32


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


def test_the_weighted_sum_counts_an_absent_weight_as_one():
    assert weighted_sum({"a": 2.0, "b": 3.0}, {"b": 0.5}) == 3.5


def test_a_weight_without_a_term_is_an_error(framework, one_unit, ones):
    model = one_unit(lambda z: {"a": z, "b": z}, 1.0, {"rate": 1.0})
    with pytest.raises(ValueError, match="loss_weights names rate, but the loss has only a, b"):
        framework.twin.fit(model, ones)
