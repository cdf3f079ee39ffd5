"""Recurrent layers against their equations, written in NumPy, and finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import aelib
from aelib import parity

STEPS, FEATURES, UNITS, CODES = 7, 2, 4, 3


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def lstm(layer, steps):
    """Return the last state. Gates i, f, g, o; the cell c. Hochreiter & Schmidhuber (1997)."""
    h = c = np.zeros((len(steps), UNITS))
    for x in steps.swapaxes(0, 1):
        sums = x @ layer["kernel"] + h @ layer["recurrent_kernel"] + layer["bias"]
        i, f, g, o = np.split(sums, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
    return h


def gru(layer, steps):
    """Return the last state. Gates z (update), r (reset); the candidate n. Cho et al. (2014)."""
    h = np.zeros((len(steps), UNITS))
    own, past = layer["bias"]
    for x in steps.swapaxes(0, 1):
        given, kept = x @ layer["kernel"] + own, h @ layer["recurrent_kernel"] + past
        (xz, xr, xn), (hz, hr, hn) = np.split(given, 3, axis=1), np.split(kept, 3, axis=1)
        z, r = sigmoid(xz + hz), sigmoid(xr + hr)
        h = z * h + (1 - z) * np.tanh(xn + r * hn)
    return h


EQUATIONS = {"lstm": lstm, "gru": gru}


@pytest.fixture(params=EQUATIONS)
def cell(request):
    return request.param


@pytest.fixture
def x(rng):
    return rng.normal(size=(5, STEPS, FEATURES)).astype(np.float32)


def wide(layers, rng):
    """Return weights that are far from 0 and from each other, biases included."""
    return [{name: rng.normal(size=a.shape) for name, a in layer.items()} for layer in layers]


def make(framework, cell, seed=0):
    twin, rng = framework.twin, np.random.default_rng(seed)
    encoder = twin.recurrent_encoder(CODES, UNITS, cell, input_shape=(STEPS, FEATURES))
    decoder = twin.recurrent_decoder(CODES, UNITS, cell, output_shape=(STEPS, FEATURES))
    model = twin.SequenceAutoencoder(encoder, decoder, CODES, data_range=None)
    own, *layers = parity.export_weights(model)
    parity.import_weights(model, [own, *wide(layers, rng)])
    return model


def mask_of(lengths):
    return (np.arange(STEPS) < np.asarray(lengths)[:, None]).astype(np.float32)


def test_the_code_follows_the_equations(framework, cell, x):
    """From the exported weights, for each length by itself."""
    model, lengths = make(framework, cell), (7, 1, 3, 7, 4)
    _, recurrent, dense, *_ = parity.export_weights(model)
    z = aelib.encode(model, x, mask=mask_of(lengths))
    for own, sequence, length in zip(z, x, lengths, strict=True):
        state = EQUATIONS[cell](recurrent, sequence[None, :length].astype(float))
        assert_allclose(own, (state @ dense["kernel"] + dense["bias"])[0], atol=1e-5)


def test_the_decoder_repeats_the_code(framework, cell, rng):
    model = make(framework, cell)
    *_, recurrent, dense = parity.export_weights(model)
    z = rng.normal(size=(2, CODES))
    found = aelib.decode(model, z)
    for step in range(STEPS):
        state = EQUATIONS[cell](recurrent, np.repeat(z[:, None], step + 1, axis=1))
        assert_allclose(found[:, step], state @ dense["kernel"] + dense["bias"], atol=1e-5)


def test_the_gradient_is_that_of_finite_differences(framework, cell, x):
    """Of the loss by the equations, in double precision, along random directions."""
    rate, mask, rng = 1e-3, mask_of((7, 2, 5, 6, 1)), np.random.default_rng(1)
    model = make(framework, cell)
    # Each state with half of the weights, so that no gate is shut.
    own, *start = parity.export_weights(model)
    start = [{name: 0.5 * a.astype(float) for name, a in layer.items()} for layer in start]
    parity.import_weights(model, [own, *start])

    def loss(layers):
        reads, to_code, writes, to_steps = layers
        total = 0.0
        for sequence, length in zip(x.astype(float), mask.sum(axis=1).astype(int), strict=True):
            state = EQUATIONS[cell](reads, sequence[None, :length])
            z = state @ to_code["kernel"] + to_code["bias"]
            for step in range(length):
                state = EQUATIONS[cell](writes, np.repeat(z[:, None], step + 1, axis=1))
                step_hat = state @ to_steps["kernel"] + to_steps["bias"]
                total += np.square(sequence[step] - step_hat).sum() / len(x)
        return total

    assert aelib.evaluate(model, x, mask=mask)["loss"] == pytest.approx(loss(start), rel=1e-5)
    step = {"optimizer": "sgd", "learning_rate": rate, "schedule": "constant", "progress": False}
    framework.twin.fit(model, {"x": x, "mask": mask}, epochs=1, batch_size=5, **step)
    _, *after = parity.export_weights(model)
    for place, layer in enumerate(start):
        for name, array in layer.items():
            # PyTorch moves two biases of an LSTM, each by the gradient of their sum.
            twice = framework.name == "torch" and cell == "lstm" and place in (0, 2)
            times = 2 if twice and name == "bias" else 1
            direction = rng.normal(size=array.shape)
            sides = []
            for sign in (1, -1):
                moved = [dict(other) for other in start]
                moved[place][name] = array + sign * 1e-5 * direction
                sides.append(loss(moved))
            slope = (sides[0] - sides[1]) / 2e-5
            found = np.sum((array - after[place][name]) / rate * direction) / times
            assert found == pytest.approx(slope, rel=0.02, abs=0.02), (place, name)


@pytest.mark.parametrize("direction", [("keras", "torch"), ("torch", "keras")], ids="-to-".join)
def test_weights_go_both_ways(direction, both, cell, x):
    source, target = (make(both[name], cell, seed) for seed, name in enumerate(direction))
    mask = mask_of((7, 2, 5, 6, 1))
    assert parity.gap(source, target, x, mask=mask) > 0.1
    parity.copy_weights(source, target)
    assert parity.gap(source, target, x, mask=mask) < 1e-5
    for first, second in zip(*map(parity.export_weights, (source, target)), strict=True):
        for name, array in first.items():
            np.testing.assert_array_equal(array, second[name])
