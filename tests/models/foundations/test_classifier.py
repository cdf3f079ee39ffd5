"""The classifier: a model with an objective and labels, and no code."""

import importlib

import numpy as np
import pytest
from scipy.special import log_softmax

import aelib
from aelib import parity
from tests.models.files import THROUGH

FIT = {"batch_size": 20, "progress": False}


@pytest.fixture
def classifier(framework):
    return make(framework)


def make(framework):
    twin = framework.twin
    return twin.Classifier(twin.mlp_encoder(3, (12,), input_shape=(6, 6)), classes=3)


def test_it_learns_the_classes_and_gives_probabilities(framework, classifier, data):
    run = framework.twin.fit(classifier, data, epochs=30, learning_rate=1e-2, **FIT)
    probabilities = aelib.classify(classifier, data.test.x)
    assert probabilities.shape == (30, 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    assert np.mean(probabilities.argmax(axis=1) == data.test.y) > 0.9
    assert set(run.history["valid"]) == {"cross_entropy", "loss"}


def test_value_and_gradient_are_those_of_the_cross_entropy(framework, data):
    """Of a linear classifier: the gradient of a logit is its probability, less 1 for the label."""
    twin = framework.twin
    model = twin.Classifier(twin.mlp_encoder(3, (), input_shape=(6, 6)), classes=3)
    x, y = data.test.x.reshape(30, 36).astype(float), data.test.y
    _, before = parity.export_weights(model)
    logs = log_softmax(x @ before["kernel"] + before["bias"], axis=1)
    expected = -logs[np.arange(30), y].mean()
    assert aelib.evaluate(model, data.test)["cross_entropy"] == pytest.approx(expected, rel=1e-5)
    options = {"optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant"}
    twin.fit(model, data.test, epochs=1, batch_size=30, progress=False, **options)
    _, after = parity.export_weights(model)
    difference = (np.exp(logs) - np.eye(3)[y]) / 30
    moved = {name: (before[name] - after[name]) / 0.1 for name in before}
    np.testing.assert_allclose(moved["kernel"], x.T @ difference, atol=1e-5)
    np.testing.assert_allclose(moved["bias"], difference.sum(axis=0), atol=1e-5)


def test_both_frameworks_agree(both, data):
    models = {name: make(both[name]) for name in both}
    parity.copy_weights(models["keras"], models["torch"])
    found = [aelib.classify(model, data.test.x) for model in models.values()]
    np.testing.assert_allclose(*found, atol=1e-5)


def test_it_survives_a_file(framework, classifier, data, tmp_path):
    framework.twin.fit(classifier, data, epochs=1, **FIT)
    loaded = THROUGH[framework.name](classifier, tmp_path, lambda: make(framework))
    expected = aelib.classify(classifier, data.test.x)
    np.testing.assert_allclose(aelib.classify(loaded, data.test.x), expected, atol=1e-6)


def test_labels_and_networks_that_do_not_fit_are_named(framework, classifier, data):
    twin, x = framework.twin, data.test.x
    with pytest.raises(ValueError, match="y must lie between 0 and 2, got 0 to 3"):
        twin.fit(classifier, {"x": x, "y": np.arange(30) % 4}, **FIT)
    with pytest.raises(ValueError, match=r"y must have shape \(n,\), one label an example"):
        twin.fit(classifier, {"x": x, "y": np.zeros((30, 3), int)}, **FIT)
    narrow = twin.Classifier(twin.mlp_encoder(2, input_shape=(6, 6)), classes=3)
    with pytest.raises(ValueError, match=r"the network must give \(batch, 3\), a logit for each"):
        twin.fit(narrow, data, **FIT)


def test_an_autoencoder_is_no_classifier(framework, data):
    twin = framework.twin
    nets = twin.mlp_encoder(3, input_shape=(6, 6)), twin.mlp_decoder(3, output_shape=(6, 6))
    with pytest.raises(TypeError, match="Autoencoder is no classifier"):
        aelib.classify(twin.Autoencoder(*nets, 3), data.test.x)


def test_it_can_judge_codes(framework, data):
    """It takes any array: with no range of its own, also codes."""
    twin = framework.twin
    model = twin.Classifier(twin.mlp_encoder(3, (), input_shape=(2,)), 3, data_range=None)
    codes = {"x": 9 * np.eye(3)[data.test.y][:, :2] - 3, "y": data.test.y}
    twin.fit(model, codes, epochs=40, learning_rate=0.1, **FIT)
    assert (aelib.classify(model, codes["x"]).argmax(axis=1) == data.test.y).all()


def test_its_features_are_what_the_last_layer_sees(classifier, data):
    features = aelib.features(classifier, data.test.x)
    assert features.shape == (30, 12)
    last = parity.export_weights(classifier)[-1]
    logits = features @ last["kernel"] + last["bias"]
    found = aelib.classify(classifier, data.test.x)
    np.testing.assert_allclose(np.exp(log_softmax(logits, axis=1)), found, atol=1e-5)
    assert features.min() >= 0  # after the activation


def test_features_need_a_classifier_with_a_last_layer(framework, data):
    twin = framework.twin
    nets = twin.mlp_encoder(3, input_shape=(6, 6)), twin.mlp_decoder(3, output_shape=(6, 6))
    with pytest.raises(TypeError, match="Autoencoder is no classifier"):
        aelib.features(twin.Autoencoder(*nets, 3), data.test.x)
    layers = importlib.import_module({"keras": "keras.layers", "torch": "torch.nn"}[framework.name])
    whole = twin.Classifier(layers.Flatten(), classes=36)
    with pytest.raises(TypeError, match="needs a Sequential network"):
        aelib.features(whole, data.test.x)
