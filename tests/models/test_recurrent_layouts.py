"""The layouts of recurrent layers, which PyTorch and Keras arrange in different ways."""

import importlib

import numpy as np
import pytest
from numpy.testing import assert_allclose

from aelib import parity
from aelib.bridge import adapter_of

STEPS, FEATURES, UNITS = 7, 2, 4


def test_both_biases_of_pytorchs_lstm_come_as_their_sum_and_go_into_the_first(both):
    torch = importlib.import_module("torch")
    layer = torch.nn.LSTM(FEATURES, UNITS)
    [weights] = parity.export_weights(layer)
    expected = (layer.bias_ih_l0 + layer.bias_hh_l0).detach().numpy()
    np.testing.assert_array_equal(weights["bias"], expected)
    parity.import_weights(layer, [weights])
    np.testing.assert_array_equal(layer.bias_ih_l0.detach().numpy(), expected)
    np.testing.assert_array_equal(layer.bias_hh_l0.detach().numpy(), 0)


def test_layers_without_a_twin_are_refused(both):
    keras, nn = importlib.import_module("keras"), importlib.import_module("torch.nn")
    before = keras.layers.GRU(UNITS, reset_after=False)
    network = keras.Sequential([keras.Input((STEPS, FEATURES)), before])
    with pytest.raises(TypeError, match="reset_after=True only"):
        parity.export_weights(network)
    for options in ({"num_layers": 2}, {"bidirectional": True}, {"proj_size": 2}):
        with pytest.raises(TypeError, match="LSTM of one layer, in one direction"):
            parity.export_weights(nn.LSTM(FEATURES, UNITS, **options))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_layers_without_biases_go_both_ways(both, cell, rng):
    keras, nn = importlib.import_module("keras"), importlib.import_module("torch.nn")
    layer = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}[cell](UNITS, use_bias=False)
    source = keras.Sequential([keras.Input((STEPS, FEATURES)), layer])
    target = {"gru": nn.GRU, "lstm": nn.LSTM}[cell](FEATURES, UNITS, bias=False, batch_first=True)
    parity.copy_weights(source, target)
    x = rng.normal(size=(3, STEPS, FEATURES)).astype(np.float32)
    torch = importlib.import_module("torch")
    states, _ = target(torch.tensor(x))
    found = adapter_of(source).call(source, "__call__", inputs=x)
    assert_allclose(states[:, -1].detach(), found, atol=1e-6)
