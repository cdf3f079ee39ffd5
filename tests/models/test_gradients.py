"""The gradient of every type, for every weight, against its loss written once more."""

import importlib

import numpy as np
import pytest
import torch

from aelib.bridge import adapter_of
from tests.models.kinds import KINDS, fix_noise, noise_by_name
from tests.models.references import REFERENCES

RATE, NOTHING = 1e-2, 1e-12
STEP = {"optimizer": "sgd", "schedule": "constant", "epochs": 1, "progress": False}


def draw(name, shape, kind="normal"):
    return torch.tensor(noise_by_name(name, tuple(shape), kind))


def expected_gradients(model, batch):
    """Return the gradient of each player's reference, for each array of each layer."""
    layers = adapter_of(model).export_weights(model)
    weights = [
        {
            name: torch.tensor(a, dtype=torch.float64).requires_grad_()
            for name, a in w.arrays.items()
        }
        for w in layers
    ]
    inputs = {
        name: torch.tensor(a, dtype=torch.float64 if a.dtype.kind == "f" else torch.int64)
        for name, a in batch.items()
    }
    losses = REFERENCES[type(model).__name__](weights, inputs, draw)
    if not isinstance(losses, dict):
        losses = {model.players[0].name: losses}
    arrays = [array for layer in weights for array in layer.values()]
    found = {}
    for player, loss in losses.items():
        gradients = torch.autograd.grad(loss, arrays, allow_unused=True, retain_graph=True)
        found[player] = [0.0 if g is None else g.numpy() for g in gradients]
    return found


def arrays_of(model):
    """Return every weight and buffer, by its layer and its role."""
    layers = enumerate(adapter_of(model).export_weights(model))
    return {f"{i} {name}": a for i, layer in layers for name, a in layer.arrays.items()}


def parts_of(framework, model, player):
    """Return the names, as in `arrays_of`, of the arrays that a player trains."""
    own_weights = importlib.import_module(f"{framework.twin.__name__}.structure").own_weights
    adapter = adapter_of(model)
    layers = [module for module in adapter.modules(model) if own_weights(module)]
    parts = [model] if player.parts is None else [getattr(model, part) for part in player.parts]
    trained = {id(module) for part in parts for module in adapter.modules(part)}
    return {
        f"{place} {role}"
        for place, (layer, weights) in enumerate(
            zip(layers, adapter.export_weights(model), strict=True)
        )
        for role in weights.arrays
        if id(layer) in trained
    }


@pytest.mark.usefixtures("step_by_step")
def test_one_step_of_gradient_descent_moves_every_weight_along_it(framework, kind, make, data):
    """For each player: its own weights move along its own gradient, and all others stay."""
    model = make(framework, kind)
    batch = {"x": data.test.x, **KINDS[kind].given(data.test)}
    expected = expected_gradients(model, batch)
    fix_noise(model, framework)
    start = adapter_of(model).export_weights(model)
    for player in model.players:
        adapter_of(model).import_weights(model, start)
        before = arrays_of(model)
        rates = {other.name: RATE if other is player else NOTHING for other in model.players}
        options = {"learning_rate": rates, "batch_size": len(data.test.x)}
        framework.twin.fit(model, batch, **options, **STEP)
        after = arrays_of(model)
        own = parts_of(framework, model, player)
        size = max(np.abs(gradient).max() for gradient in expected[player.name])
        assert size > 0.02
        for (name, old), gradient in zip(before.items(), expected[player.name], strict=True):
            if name.startswith("0 "):  # buffers, which the model's own rule may change
                continue
            wanted = gradient if name in own else 0.0
            moved = (old - after[name]) / RATE
            np.testing.assert_allclose(
                moved, wanted, atol=3e-4 * size, err_msg=f"{player.name}: {name}"
            )


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
