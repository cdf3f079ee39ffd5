"""Convolutions against their definition: a matrix that is written down entry by entry."""

import importlib

import numpy as np
import pytest
from numpy.testing import assert_allclose

from aelib import parity

SIDE, INPUTS, OUTPUTS = 6, 2, 3
# Kernel, stride and border; Keras knows no other borders than none and those of "same".
WINDOWS = {"kernel 3": (3, 1, 1), "halved": (4, 2, 1), "no border": (3, 2, 0)}


@pytest.fixture(params=WINDOWS.values(), ids=WINDOWS)
def window(request):
    return request.param


def side_after(k, stride, border):
    return (SIDE + 2 * border - k) // stride + 1


def matrix_of(kernel, stride, border):
    """Return A: place (r, q) gets K[u, v] times the pixel (s r + u - p, s q + v - p).

    Shapes: kernel (k, k, inputs, outputs) -> (places, outputs, pixels, inputs), both by row and
    column.
    """
    k, _, inputs, outputs = kernel.shape
    after = side_after(k, stride, border)
    a = np.zeros((after, after, outputs, SIDE, SIDE, inputs))
    for r, q, u, v in np.ndindex(after, after, k, k):
        row, column = stride * r + u - border, stride * q + v - border
        if 0 <= row < SIDE and 0 <= column < SIDE:
            a[r, q, :, row, column] = kernel[u, v].T
    return a


def network(framework, window, transposed):
    """Return one layer, or in Keras a network of one."""
    k, stride, border = window
    before, channels = (SIDE, INPUTS) if not transposed else (side_after(*window), OUTPUTS)
    wanted = INPUTS if transposed else OUTPUTS
    if framework.name == "keras":
        keras = importlib.import_module("keras")
        kind = keras.layers.Conv2DTranspose if transposed else keras.layers.Conv2D
        how = {"strides": stride, "padding": "same" if border else "valid"}
        if transposed and not border:
            how["output_padding"] = SIDE - stride * (before - 1) - k
        layer = kind(wanted, k, **how)
        return keras.Sequential([keras.Input((before, before, channels)), layer])
    nn = importlib.import_module("torch.nn")
    how = {"stride": stride, "padding": border}
    if transposed:
        how["output_padding"] = SIDE - stride * (before - 1) - k + 2 * border
    return (nn.ConvTranspose2d if transposed else nn.Conv2d)(channels, wanted, k, **how)


def run(framework, layer, x):
    if framework.name == "keras":
        return framework.apply(layer, x)
    return np.moveaxis(framework.apply(layer, np.moveaxis(x, -1, 1)), 1, -1)


@pytest.fixture
def kernel(window, rng):
    k, *_ = window
    return rng.normal(size=(k, k, INPUTS, OUTPUTS))


def test_a_convolution_is_its_matrix(framework, window, kernel, rng):
    layer, bias = network(framework, window, transposed=False), rng.normal(size=OUTPUTS)
    parity.import_weights(layer, [{"kernel": kernel, "bias": bias}])
    x = rng.normal(size=(4, SIDE, SIDE, INPUTS))
    expected = np.einsum("abcdef,ndef->nabc", matrix_of(kernel, *window[1:]), x) + bias
    assert_allclose(run(framework, layer, x), expected, atol=1e-4)


def test_a_transposed_convolution_is_the_transpose_of_that_matrix(framework, window, kernel, rng):
    layer, bias = network(framework, window, transposed=True), rng.normal(size=INPUTS)
    parity.import_weights(layer, [{"kernel": kernel, "bias": bias}])
    after = side_after(*window)
    y = rng.normal(size=(4, after, after, OUTPUTS))
    expected = np.einsum("abcdef,nabc->ndef", matrix_of(kernel, *window[1:]), y) + bias
    assert_allclose(run(framework, layer, y), expected, atol=1e-4)
