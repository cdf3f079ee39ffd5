"""Codes between 0 and 1, and the noise that pushes them to the ends."""

import numpy as np
import pytest
from scipy.special import expit

import aelib
from aelib import parity
from tests.models.kinds import from_dense_networks


def make(framework, **options):
    return from_dense_networks()(framework.twin, "HashingAutoencoder", (), **options)


def test_a_code_is_the_sigmoid_of_what_the_encoder_gives(framework, x):
    model = make(framework)
    _, first, *_ = parity.export_weights(model)
    logits = x.reshape(len(x), 36) @ first["kernel"] + first["bias"]
    np.testing.assert_allclose(aelib.encode(model, x), expit(logits), rtol=1e-5)


def test_noise_makes_the_logits_large(framework, data):
    sizes = []
    for sigma in (0.0, 4.0):
        model = make(framework, sigma=sigma)
        framework.twin.fit(
            model, data, epochs=30, batch_size=20, learning_rate=3e-2, progress=False
        )
        z = aelib.encode(model, data.test.x)
        sizes.append(np.abs(np.log(z / (1 - z))).mean())
    assert sizes[1] > 1.5 * sizes[0]


def test_a_negative_sigma_is_refused(framework):
    with pytest.raises(ValueError, match="sigma must be at least 0, got -1"):
        make(framework, sigma=-1)
