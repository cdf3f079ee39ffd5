"""The neutral side refuses what is no model, and codes of the wrong size."""

import importlib

import numpy as np
import pytest

import aelib


@pytest.fixture
def model(framework):
    twin = framework.twin
    encoder = twin.mlp_encoder(2, input_shape=(5,))
    return twin.Autoencoder(encoder, twin.mlp_decoder(2, output_shape=(5,)), latent_dim=2)


@pytest.mark.parametrize("z", [np.zeros((3, 4)), np.zeros(2), np.zeros((3, 2, 1))], ids=str)
def test_codes_of_another_size_are_refused(model, z):
    with pytest.raises(ValueError, match=r"z must have shape \(n, 2\), got \("):
        aelib.decode(model, z)


def test_a_model_without_a_prior_has_no_samples(model):
    with pytest.raises(TypeError, match="Autoencoder has no prior over codes to sample from"):
        aelib.sample(model, 3)


def test_a_deterministic_model_has_no_posterior(model):
    with pytest.raises(TypeError, match="Autoencoder has no posterior: its codes are points"):
        aelib.posterior(model, np.zeros((1, 5)))


@pytest.mark.parametrize("thing", ["a string", 3, np.zeros(3)], ids=str)
def test_what_is_no_model_is_refused(both, thing):
    with pytest.raises(TypeError, match=r"is no model of a framework in use \(.*Keras.*\)"):
        aelib.bridge.adapter_of(thing)


def test_each_model_finds_its_own_framework(framework, model):
    """Also where Keras runs on PyTorch, and a Keras model is a PyTorch module."""
    assert aelib.bridge.adapter_of(model) is framework.twin.ADAPTER


def test_a_large_array_is_worked_on_in_parts(model, rng):
    x = rng.random((aelib.bridge.BATCH * 2 + 3, 5))
    z = aelib.encode(model, x)
    assert len(z) == len(x)
    np.testing.assert_allclose(z[-3:], aelib.encode(model, x[-3:]), atol=1e-6)


def test_a_posterior_is_worked_on_in_parts_too(framework, rng, monkeypatch):
    twin = framework.twin
    nets = twin.mlp_encoder(4, input_shape=(5,)), twin.mlp_decoder(2, output_shape=(5,))
    model = twin.VAE(*nets, latent_dim=2)
    x = rng.random((11, 5))
    whole = aelib.posterior(model, x)
    monkeypatch.setattr(aelib.bridge, "BATCH", 4)
    for part, expected in zip(aelib.posterior(model, x), whole, strict=True):
        assert part.shape == (11, 2)
        np.testing.assert_allclose(part, expected, atol=1e-6)
    np.testing.assert_allclose(aelib.encode(model, x), whole[0], atol=1e-6)


def test_a_model_in_training_mode_is_asked_without_it_and_stays_in_it(both, rng):
    """PyTorch keeps the mode in the model."""
    nn, twin = importlib.import_module("torch.nn"), both["torch"].twin
    encoder = nn.Sequential(nn.Linear(5, 2), nn.Dropout(0.5))
    model = twin.Autoencoder(encoder, twin.mlp_decoder(2, output_shape=(5,)), latent_dim=2)
    x = rng.random((20, 5))
    for training in (True, False):
        model.train(training)
        np.testing.assert_array_equal(aelib.encode(model, x), aelib.encode(model, x))
        assert model.training is training
