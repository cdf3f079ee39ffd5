"""Tied weights: one matrix in two places."""

import importlib

import numpy as np
import pytest

import aelib
from aelib import parity
from aelib.bridge import adapter_of
from tests.models.files import THROUGH
from tests.models.kinds import KINDS

STEP = {"optimizer": "sgd", "learning_rate": 1e-2, "schedule": "constant", "progress": False}


def make(framework, hidden=(12,), **options):
    return KINDS["TiedAutoencoder"].build(framework.twin, "TiedAutoencoder", hidden, **options)


def by_hand(model, x):
    """Return the reconstruction of a linear tied model, from its arrays."""
    _, first, last = parity.export_weights(model)
    z = x.reshape(len(x), 36) @ first["kernel"] + first["bias"]
    return (z @ first["kernel"].T + last["bias"]).reshape(x.shape)


def test_it_has_each_matrix_once(framework, data):
    run = framework.twin.fit(make(framework), data, epochs=1, batch_size=50, **STEP)
    weights, biases = 36 * 12 + 12 * 3, (12 + 3) + (12 + 36)
    assert run.parameters == weights + biases


def test_value_and_gradient_are_those_of_both_uses(framework, data):
    r"""Of x W W^T: -2 (X^T R W + R^T X W) / n, with the residual R; each use gives one term."""
    model, x = make(framework, hidden=()), data.test.x.reshape(30, 36).astype(float)
    _, before, _ = parity.export_weights(model)
    w = before["kernel"].astype(float)
    residual = x - x @ w @ w.T
    loss = aelib.evaluate(model, data.test.x)["reconstruction"]
    assert loss == pytest.approx(np.sum(residual**2) / 30, rel=1e-5)
    framework.twin.fit(model, data.test.x, epochs=1, batch_size=30, **STEP)
    _, after, _ = parity.export_weights(model)
    moved = (before["kernel"] - after["kernel"]) / STEP["learning_rate"]
    as_encoder, as_decoder = x.T @ residual @ w, residual.T @ x @ w
    np.testing.assert_allclose(moved, -2 * (as_encoder + as_decoder) / 30, atol=2e-3)
    assert np.abs(as_encoder).max() > 1
    assert np.abs(as_decoder).max() > 1


def test_the_matrix_stays_one_through_training_and_a_file(framework, data, tmp_path):
    model = make(framework, hidden=())
    framework.twin.fit(model, data, epochs=2, batch_size=20, **STEP)
    loaded = THROUGH[framework.name](model, tmp_path, lambda: make(framework, hidden=()))
    framework.twin.fit(loaded, data, epochs=1, batch_size=20, **STEP)
    x = data.test.x
    for trained in (model, loaded):
        np.testing.assert_allclose(aelib.reconstruct(trained, x), by_hand(trained, x), atol=1e-5)


def test_an_activation_of_the_code_belongs_to_the_code(framework, x):
    if framework.name == "keras":
        keras = importlib.import_module("keras")
        layers = [keras.Input((6, 6)), keras.layers.Flatten()]
        encoder = keras.Sequential([*layers, keras.layers.Dense(3, activation="sigmoid")])
    else:
        nn = importlib.import_module("torch.nn")
        encoder = nn.Sequential(nn.Flatten(), nn.Linear(36, 3), nn.Sigmoid())
    model = framework.twin.TiedAutoencoder(encoder, 3, (6, 6))
    z = aelib.encode(model, x)
    assert (z > 0).all()
    _, first, last = parity.export_weights(model)
    expected = (z @ first["kernel"].T + last["bias"]).reshape(x.shape)
    np.testing.assert_allclose(aelib.decode(model, z), expected, atol=1e-5)


def test_an_activation_may_be_a_layer_of_its_own(both, x):
    """Also in Keras, where a dense layer usually holds it."""
    keras, twin = importlib.import_module("keras"), both["keras"].twin
    layers = [keras.Input((6, 6)), keras.layers.Flatten(), keras.layers.Dense(12)]
    layers += [keras.layers.Activation("gelu"), keras.layers.Dense(3)]
    apart = twin.TiedAutoencoder(keras.Sequential(layers), 3, (6, 6))
    usual = make(both["keras"])
    parity.copy_weights(usual, apart)
    np.testing.assert_array_equal(aelib.reconstruct(usual, x), aelib.reconstruct(apart, x))


def test_layers_of_another_kind_are_named(framework):
    if framework.name == "keras":
        keras = importlib.import_module("keras")
        norm, dense = keras.layers.BatchNormalization(), keras.layers.Dense(3)
        encoder = keras.Sequential([keras.Input((36,)), norm, dense])
    else:
        nn = importlib.import_module("torch.nn")
        encoder = nn.Sequential(nn.BatchNorm1d(36), nn.Linear(36, 3))
    with pytest.raises(ValueError, match="sequence of dense layers and activations, got BatchNor"):
        framework.twin.TiedAutoencoder(encoder, 3, (36,))


def test_a_transposed_layer_alone_cannot_be_described(both):
    keras, twin = importlib.import_module("keras"), both["keras"].twin
    encoder = twin.mlp_encoder(3, (), input_shape=(36,))
    layer = twin.DenseTranspose(encoder.layers[-1])
    network = keras.Sequential([keras.Input((3,)), layer])
    with pytest.raises(NotImplementedError, match="save a TiedAutoencoder"):
        keras.saving.serialize_keras_object(network)


def test_the_transposed_layer_exports_its_bias_alone(framework):
    model = make(framework, hidden=())
    kinds = [layer.kind for layer in adapter_of(model).export_weights(model)]
    assert kinds == ["own", "dense", "transposed dense"]
    assert list(parity.export_weights(model)[2]) == ["bias"]
