"""Bad input gets an error that says what was wrong and what is accepted."""

import numpy as np
import pytest

import aelib


@pytest.fixture(params=["Autoencoder", "VAE"])
def kind(request):
    return request.param


@pytest.mark.parametrize("latent_dim", [0, -2, 1.5, "3", True])
def test_a_code_has_at_least_one_number(framework, kind, latent_dim):
    twin = framework.twin
    nets = twin.mlp_encoder(6, input_shape=(4,)), twin.mlp_decoder(3, output_shape=(4,))
    with pytest.raises(ValueError, match=f"latent_dim must be at least 1, got {latent_dim!r}"):
        getattr(twin, kind)(*nets, latent_dim)


@pytest.mark.parametrize("beta", [-0.5, float("nan")])
def test_beta_is_not_negative(framework, make, beta):
    with pytest.raises(ValueError, match=f"beta must be at least 0, got {beta!r}"):
        make(framework, "VAE", beta=beta)


@pytest.mark.parametrize("make_net", ["mlp_encoder", "mlp_decoder"])
def test_a_net_refuses_unknown_activations_and_no_outputs(framework, make_net):
    with pytest.raises(ValueError, match="one of relu, gelu, tanh, sigmoid, got 'swoosh'"):
        getattr(framework.twin, make_net)(3, activation="swoosh")
    with pytest.raises(ValueError, match="must be at least 1, got 0"):
        getattr(framework.twin, make_net)(0)


def test_the_encoder_has_the_width_of_the_code(framework, kind, data):
    twin = framework.twin
    nets = twin.mlp_encoder(5, input_shape=(6, 6)), twin.mlp_decoder(3, output_shape=(6, 6))
    model = getattr(twin, kind)(*nets, 3)
    wanted = {"Autoencoder": r"\(batch, 3\), the code", "VAE": r"\(batch, 6\), the mean and then"}
    message = rf"the encoder must give {wanted[kind]}.*it gives \(batch, 5\)"
    with pytest.raises(ValueError, match=message):
        twin.fit(model, data)
    with pytest.raises(ValueError, match=message):
        aelib.encode(model, data.test.x)


def test_the_decoder_gives_the_shape_of_the_data(framework, kind, make, data):
    model = make(framework, kind)
    model.decoder = framework.twin.mlp_decoder(3, output_shape=(5, 6))
    with pytest.raises(ValueError, match=r"shape \(batch, 5, 6\) and x \(batch, 6, 6\)"):
        framework.twin.fit(model, data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x[:, :, :5], r"the encoder cannot take x of shape \(batch, 6, 5\)"),
        (lambda x: x[0, 0], r"shape \(n, \.\.\.\) with n at least 1, got \(6,\)"),
        (lambda x: x[:0], r"n at least 1, got \(0, 6, 6\)"),
        (lambda x: 255 * x, r"lie in \[0, 1\], got values from 0 to 255: divide by 255 first"),
        (lambda x: 2 * x - 1, r"lie in \[0, 1\], got values from -1 to 1: rescale it first"),
        (lambda x: np.where(x == x.max(), np.nan, x), "x holds NaN or infinite values"),
        (lambda x: np.where(x == x.max(), np.inf, x), "x holds NaN or infinite values"),
    ],
    ids=["shape", "one example", "none", "bytes", "centered", "nan", "infinite"],
)
def test_data_that_the_model_cannot_take(framework, model, x, change, message):
    x = x.copy()
    x[0, 0, :2] = 0, 1
    with pytest.raises(ValueError, match=message):
        framework.twin.fit(model, change(x))


def test_validation_data_are_checked_too(framework, model, x):
    with pytest.raises(ValueError, match="divide by 255 first"):
        framework.twin.fit(model, x, valid=255 * x)
    with pytest.raises(ValueError, match=r"x of shape \(6, 6\) an example and valid of \(6, 5\)"):
        framework.twin.fit(model, x, valid=x[:, :, :5])


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("epochs", 0, "epochs must be an integer of at least 1, got 0"),
        ("epochs", 2.5, "epochs must be an integer of at least 1, got 2.5"),
        ("batch_size", -1, "batch_size must be an integer of at least 1, got -1"),
        ("patience", 0, "patience must be an integer of at least 1, got 0"),
        ("learning_rate", 0.0, "learning_rate must be a positive number, got 0.0"),
        ("learning_rate", float("nan"), "learning_rate must be a positive number, got nan"),
        ("clip_norm", -1.0, "clip_norm must be a positive number, got -1.0"),
        ("optimizer", "lion", "one of sgd, rmsprop, adam, nadam, or .* got 'lion'"),
        ("schedule", "two_cycle", "schedule must be 'one_cycle' or 'constant', got 'two_cycle'"),
    ],
)
def test_an_option_outside_its_range(framework, make, data, option, value, message):
    with pytest.raises(ValueError, match=message):
        framework.twin.fit(make(framework, "Autoencoder"), data, **{option: value})


def test_patience_needs_validation(framework, make, x):
    with pytest.raises(ValueError, match=r"patience needs validation data: pass them"):
        framework.twin.fit(make(framework, "Autoencoder"), x, patience=2)


def test_a_model_without_a_range_takes_any_finite_number(framework, make, x):
    model = make(framework, "Autoencoder", data_range=None)
    assert np.isfinite(aelib.encode(model, 100 * x - 50)).all()
    with pytest.raises(ValueError, match="NaN or infinite"):
        aelib.encode(model, np.full((1, 6, 6), np.nan))
