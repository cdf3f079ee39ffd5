"""The standard networks start alike in both frameworks."""

import numpy as np

from aelib.bridge import adapter_of


def test_a_dense_layer_starts_uniform_within_the_bound_of_glorot(framework):
    encoder = framework.twin.mlp_encoder(200, hidden=())
    [layer] = adapter_of(encoder).export_weights(encoder)
    bound = np.sqrt(6 / (784 + 200))
    kernel = layer.arrays["kernel"]
    assert np.abs(kernel).max() <= bound
    np.testing.assert_allclose(kernel.std(), bound / np.sqrt(3), rtol=0.01)
    np.testing.assert_array_equal(layer.arrays["bias"], 0)
