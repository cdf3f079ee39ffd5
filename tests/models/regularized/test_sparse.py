"""Penalties on activity: what depends on the batch, and the moving average that does less."""

import numpy as np
import pytest
from scipy.special import expit, rel_entr

import aelib
from aelib import parity

STEP = {"optimizer": "sgd", "schedule": "constant", "progress": False}
TARGET = 0.2


def make(framework, **options):
    """Return a model with one layer of five sigmoids, and a linear decoder."""
    twin = framework.twin
    if framework.name == "keras":
        from keras import Input, Sequential, layers  # noqa: PLC0415

        encoder = Sequential(
            [Input((6, 6)), layers.Flatten(), layers.Dense(5, activation="sigmoid")]
        )
    else:
        from torch import nn  # noqa: PLC0415

        encoder = nn.Sequential(nn.Flatten(), nn.Linear(36, 5), nn.Sigmoid())
    decoder = twin.mlp_decoder(5, (), output_shape=(6, 6))
    return twin.SparseAutoencoder(encoder, decoder, 5, target=TARGET, **options)


def divergence(mean):
    return rel_entr(TARGET, mean).sum() + rel_entr(1 - TARGET, 1 - mean).sum()


def test_l1_does_not_depend_on_how_the_batch_is_split_and_kl_does(framework, data):
    x, found = data.train.x[np.argsort(data.train.y)], {}  # so that parts differ
    for penalty in ("l1", "kl"):
        model = make(framework, penalty=penalty)
        parts = [aelib.evaluate(model, part)["sparsity"] for part in np.split(x, 10)]
        found[penalty] = np.mean(parts) / aelib.evaluate(model, x)["sparsity"]
    assert found["l1"] == pytest.approx(1, rel=1e-5)
    assert found["kl"] > 1.0005  # the divergence is convex in the mean


def test_kl_is_that_of_the_mean_codes(framework, data):
    model = make(framework, penalty="kl")
    mean = aelib.encode(model, data.test.x).astype(float).mean(0)
    assert aelib.evaluate(model, data.test.x)["sparsity"] == pytest.approx(
        divergence(mean), rel=1e-4
    )


def test_a_moving_average_is_the_one_described(framework, data):
    """Three steps at a rate of nearly 0: weights (1 - c) c^k, divided by their sum."""
    model, decay = make(framework, penalty="kl", decay=0.7), 0.7
    batches = np.split(data.train.x, 4)[:3]
    means = np.array([aelib.encode(model, batch).mean(0) for batch in batches])
    for batch in batches:
        framework.twin.fit(model, batch, batch_size=25, epochs=1, learning_rate=1e-12, **STEP)
    weights = (1 - decay) * decay ** np.arange(3)[::-1]
    own, *_ = parity.export_weights(model)
    np.testing.assert_allclose(
        own["activity"] / own["seen"], weights @ means / weights.sum(), rtol=1e-4
    )


def test_the_gradient_is_taken_where_the_average_is(framework, data):
    """Of a batch's own codes z: (mean over the batch of z (1 - z)) times the slope there."""
    model, x = make(framework, penalty="kl", decay=0.5, weight=3.0), data.test.x
    own, first, second = parity.export_weights(model)
    own["activity"], own["seen"] = np.full(5, 0.3), np.array(0.5)  # an average of 0.6
    second["kernel"] = np.zeros((5, 36))  # the reconstruction does not pull at the encoder
    parity.import_weights(model, [own, first, second])
    before = parity.export_weights(model)[1]["bias"]
    framework.twin.fit(model, x, batch_size=len(x), epochs=1, learning_rate=1e-2, **STEP)
    moved = (before - parity.export_weights(model)[1]["bias"]) / 1e-2
    z = expit(x.reshape(len(x), 36) @ first["kernel"] + first["bias"])
    average = (0.5 * 0.3 + 0.5 * z.mean(0)) / (0.5 * 0.5 + 0.5)
    slope = (1 - TARGET) / (1 - average) - TARGET / average
    np.testing.assert_allclose(moved, 3.0 * slope * (z * (1 - z)).mean(0), rtol=2e-2, atol=1e-3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"penalty": "l2"}, "penalty must be 'l1' or 'kl', got 'l2'"),
        ({"target": 0.0}, r"target must lie in \(0, 1\), got 0.0"),
        ({"decay": 1.0}, r"decay must lie in \(0, 1\), or be None, got 1.0"),
    ],
)
def test_what_means_nothing_is_refused(framework, options, message):
    twin = framework.twin
    nets = twin.mlp_encoder(3), twin.mlp_decoder(3)
    with pytest.raises(ValueError, match=message):
        twin.SparseAutoencoder(*nets, 3, **options)
