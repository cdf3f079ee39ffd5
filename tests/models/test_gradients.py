"""The gradient of every type, for every weight, against its loss written once more."""

import numpy as np
import pytest
import torch

from aelib.bridge import adapter_of
from tests.models.kinds import KINDS, fix_noise, noise_by_name
from tests.models.references import REFERENCES

STEP = {"optimizer": "sgd", "schedule": "constant", "epochs": 1, "progress": False}


def draw(name, shape, kind="normal"):
    return torch.tensor(noise_by_name(name, tuple(shape), kind))


def expected_gradient(model, batch):
    """Return the gradient of the reference, for each array of each layer."""
    layers = adapter_of(model).export_weights(model)
    weights = [
        {
            name: torch.tensor(a, dtype=torch.float64, requires_grad=True)
            for name, a in w.arrays.items()
        }
        for w in layers
    ]
    inputs = {
        name: torch.tensor(a, dtype=torch.float64 if a.dtype.kind == "f" else torch.int64)
        for name, a in batch.items()
    }
    loss = REFERENCES[type(model).__name__](weights, inputs, draw)
    arrays = [array for layer in weights for array in layer.values()]
    gradients = torch.autograd.grad(loss, arrays, allow_unused=True)
    return [0.0 if g is None else g.numpy() for g in gradients]


def arrays_of(model):
    """Return every weight and buffer, by its layer and its role."""
    layers = enumerate(adapter_of(model).export_weights(model))
    return {f"{i} {name}": a for i, layer in layers for name, a in layer.arrays.items()}


def test_one_step_of_gradient_descent_moves_every_weight_along_it(framework, kind, make, data):
    model = make(framework, kind)
    batch = {"x": data.test.x, **KINDS[kind].given(data.test)}
    before = arrays_of(model)
    expected = expected_gradient(model, batch)
    rate = 1e-2
    fix_noise(model, framework)
    framework.twin.fit(model, batch, learning_rate=rate, batch_size=len(data.test.x), **STEP)
    after = arrays_of(model)
    size = max(np.abs(g).max() for g in expected)
    assert size > 0.1
    for (name, old), gradient in zip(before.items(), expected, strict=True):
        if name != "0 progress":
            moved = (old - after[name]) / rate
            np.testing.assert_allclose(moved, gradient, atol=2e-4 * size, err_msg=name)


def test_every_type_has_a_reference():
    assert set(REFERENCES) == set(KINDS)


@pytest.mark.parametrize("kind", ["VAE"], indirect=True)
def test_a_log_variance_beyond_its_range_can_come_back(framework, kind, make, data):
    """The bias of the log-variances starts at 15, above the range, and KL pulls it down."""
    model = make(framework, kind, hidden=())
    layers = adapter_of(model).export_weights(model)
    layers[1].arrays["kernel"][...] = 0
    layers[1].arrays["bias"][3:] = 15
    adapter_of(model).import_weights(model, layers)
    framework.twin.fit(model, data.test.x, learning_rate=1e-5, batch_size=30, **STEP)
    assert (arrays_of(model)["1 bias"][3:] < 14.99).all()
