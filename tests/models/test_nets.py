"""The standard networks start alike in both frameworks."""

import numpy as np
import pytest

import aelib
from aelib import parity
from aelib.bridge import adapter_of


def test_a_dense_layer_starts_uniform_within_the_bound_of_glorot(framework):
    encoder = framework.twin.mlp_encoder(200, hidden=())
    [layer] = adapter_of(encoder).export_weights(encoder)
    bound = np.sqrt(6 / (784 + 200))
    kernel = layer.arrays["kernel"]
    assert np.abs(kernel).max() <= bound
    np.testing.assert_allclose(kernel.std(), bound / np.sqrt(3), rtol=0.01)
    np.testing.assert_array_equal(layer.arrays["bias"], 0)


def conv_pair(framework, outputs=6, **how):
    twin = framework.twin
    return twin.conv_encoder(outputs, **how), twin.conv_decoder(outputs // 2, **how)


def conv_vae(framework):
    return framework.twin.VAE(*conv_pair(framework), latent_dim=3)


def test_convolutional_networks_fit_each_other(both, rng):
    models = [conv_vae(each) for each in both.values()]
    x = rng.random((5, 28, 28), dtype=np.float32)
    parity.copy_weights(*models)
    assert parity.gap(*models, x) < 1e-5
    assert aelib.reconstruct(models[0], x).shape == x.shape


def test_a_convolutional_encoder_is_convolutions_and_dense_layers(framework, rng):
    """Computed once more from its weights, window by window."""
    encoder, _ = conv_pair(framework, channels=(2, 3), hidden=(5,), activation="relu")
    x = rng.normal(size=(4, 28, 28))
    *convolutions, hidden, last = [
        layer.arrays for layer in adapter_of(encoder).export_weights(encoder)
    ]
    h = x[..., None]
    for layer in convolutions:
        padded = np.pad(h, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (4, 4), axis=(1, 2))
        h = np.einsum("nijcuv,uvco->nijo", windows[:, ::2, ::2], layer["kernel"]) + layer["bias"]
        h = np.maximum(h, 0)
    flat = h.transpose(0, 3, 1, 2).reshape(4, -1)
    expected = np.maximum(flat @ hidden["kernel"] + hidden["bias"], 0) @ last["kernel"]
    np.testing.assert_allclose(framework.apply(encoder, x), expected + last["bias"], atol=1e-4)


def test_a_convolutional_network_takes_other_sides_and_depths(framework, rng):
    shape = {"input_shape": (8, 16)}
    encoder = framework.twin.conv_encoder(4, (2, 3, 4), (), **shape)
    decoder = framework.twin.conv_decoder(2, (4, 3, 2), (), output_shape=(8, 16))
    assert framework.apply(encoder, rng.random((3, 8, 16))).shape == (3, 4)
    assert framework.apply(decoder, rng.normal(size=(3, 2))).shape == (3, 8, 16)


def test_convolutions_start_uniform_within_the_bound_of_glorot(framework):
    for net in conv_pair(framework, channels=(20, 20)):
        for layer in adapter_of(net).export_weights(net):
            kernel = layer.arrays["kernel"]
            bound = np.sqrt(6 / (np.prod(kernel.shape[:-2]) * sum(kernel.shape[-2:])))
            assert 0.8 * bound < np.abs(kernel).max() <= 1.0001 * bound
            np.testing.assert_array_equal(layer.arrays["bias"], 0)


def test_convolutional_networks_that_cannot_be_are_named(framework):
    twin = framework.twin
    with pytest.raises(ValueError, match=r"multiples of 8, got \(28, 28\)"):
        twin.conv_encoder(4, (2, 3, 4))
    with pytest.raises(ValueError, match="need at least one layer"):
        twin.conv_decoder(4, ())
    with pytest.raises(ValueError, match="activation must be one of"):
        twin.conv_encoder(4, activation="gel")
    with pytest.raises(ValueError, match="latent_dim must be at least 1"):
        twin.conv_decoder(0)
