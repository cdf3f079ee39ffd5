"""The same weights give the same numbers in both frameworks."""

import importlib

import numpy as np
import pytest

import aelib
from aelib import parity
from aelib.training.plan import OPTIMIZERS
from tests.models.kinds import fix_noise

DIRECTIONS = ["keras-to-torch", "torch-to-keras"]


@pytest.fixture(params=DIRECTIONS)
def names(request):
    """The framework to copy from, and the one to copy to."""
    return request.param.split("-to-")


def test_exported_weights_compute_the_code(framework, make, x):
    """A kernel is (inputs, outputs) for both: z = x W + b."""
    model = make(framework, "Autoencoder", hidden=())
    _, first, last = parity.export_weights(model)
    assert [first["kernel"].shape, last["kernel"].shape] == [(36, 3), (3, 36)]
    expected = x.reshape(len(x), 36) @ first["kernel"] + first["bias"]
    np.testing.assert_allclose(aelib.encode(model, x), expected, atol=1e-5)


def test_imported_weights_are_those_that_were_exported(framework, make, x):
    first, second = make(framework, "VAE"), make(framework, "VAE")
    parity.import_weights(second, parity.export_weights(first))
    np.testing.assert_array_equal(aelib.encode(first, x), aelib.encode(second, x))
    weights = parity.export_weights(first)
    with pytest.raises(ValueError, match="source has 4 layers with weights and the target 5"):
        parity.import_weights(second, weights[:-1])
    weights[1]["bias"] = weights[1]["bias"][:-1]
    with pytest.raises(ValueError, match=r"layer 1 is dense bias \(11,\)"):
        parity.import_weights(second, weights)


def test_the_gap_is_the_largest_difference(framework, make, x):
    first, second = make(framework, "Autoencoder"), make(framework, "Autoencoder")
    z, other = aelib.encode(first, x), aelib.encode(second, x)
    images = aelib.decode(first, z) - aelib.decode(second, z)
    expected = max(np.abs(z - other).max(), np.abs(images).max())
    assert parity.gap(first, second, x) == pytest.approx(expected)
    assert expected > 0.1


def scale_loss(model, factor):
    """Multiply every term of a model's loss."""
    terms = model.loss_terms
    model.loss_terms = lambda x, **given: {
        name: factor * value for name, value in terms(x, **given).items()
    }


@pytest.fixture
def steps_of_both(both, make, x, weights):
    """`steps_of_both(optimizer, steps, factor)`: all weights, before and in each framework after.

    Both start from the same weights and draw the same noise; `factor` multiplies the loss.
    """

    def run(optimizer, steps, factor):
        models = {name: make(both[name], "VAE") for name in ("keras", "torch")}
        parity.copy_weights(models["keras"], models["torch"])
        found = [weights(models["torch"])]
        for name, model in models.items():
            fix_noise(model, both[name])
            scale_loss(model, factor)
            options = {
                "optimizer": optimizer,
                "learning_rate": 1e-3,
                "schedule": "constant",
                "batch_size": len(x),
            }
            both[name].twin.fit(model, x, epochs=steps, progress=False, **options)
            found.append(weights(model))
        return [np.concatenate([array.ravel() for array in arrays]) for arrays in found]

    return run


# After one step, and after five: a decay shows once there is something to decay.
STEPS = (1, 5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", STEPS)
def test_steps_of_an_optimizer_are_equal(steps_of_both, optimizer, steps):
    """Every weight agrees where no gradient is as small as epsilon; the next test has the rest."""
    factor = 1.0 if optimizer == "sgd" else 1e4
    before, first, second = steps_of_both(optimizer, steps, factor)
    np.testing.assert_allclose(first, second, atol=1e-4, rtol=0)
    assert np.abs(second - before).max() > 5e-4


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("steps", STEPS)
def test_epsilon_means_the_same_for_nearly_all_weights(steps_of_both, optimizer, steps):
    """Adam, Nadam and RMSprop divide a gradient by its own size plus epsilon.

    Keras corrects the size for its start after epsilon was added, PyTorch before. Where a gradient
    is about as small as epsilon that shows: one weight in a hundred may differ.
    """
    _, first, second = steps_of_both(optimizer, steps, factor=1.0)
    difference = np.abs(first - second)
    assert np.quantile(difference, 0.99) < 1e-4
    assert np.median(difference) < 1e-6


def test_models_with_other_layers_are_refused(names, both, make):
    source = make(both[names[0]], "Autoencoder")
    deeper = make(both[names[1]], "Autoencoder", hidden=(12, 12))
    with pytest.raises(ValueError, match="source has 5 layers with weights and the target 7"):
        parity.copy_weights(source, deeper)
    wider = make(both[names[1]], "Autoencoder", hidden=(13,))
    with pytest.raises(ValueError, match=r"layer 1 is .*\(36, 12\) in the source .*\(36, 13\)"):
        parity.copy_weights(source, wider)


def test_a_refused_copy_changes_nothing(both, make, weights):
    source, target = make(both["keras"], "Autoencoder"), make(both["torch"], "VAE")
    before = weights(target)
    with pytest.raises(ValueError, match="layer 2 is"):
        parity.copy_weights(source, target)
    for old, new in zip(before, weights(target), strict=True):
        np.testing.assert_array_equal(old, new)


def test_what_is_no_model_is_refused(framework, make):
    with pytest.raises(TypeError, match="str is no model of a framework in use"):
        parity.copy_weights(make(framework, "Autoencoder"), "model")


def unknown_layer(framework):
    """Return an encoder with a layer that has weights and no neutral layout."""
    if framework.name == "keras":
        keras = importlib.import_module("keras")
        layers = [keras.Input((6, 6)), keras.layers.Flatten(), keras.layers.PReLU()]
        return keras.Sequential([*layers, keras.layers.Dense(3)])
    nn = importlib.import_module("torch.nn")
    return nn.Sequential(nn.Flatten(), nn.PReLU(36), nn.Linear(36, 3))


def test_a_layer_without_a_layout_is_refused(framework, make):
    model = make(framework, "Autoencoder")
    model.encoder = unknown_layer(framework)
    with pytest.raises(TypeError, match="no layout for PReLU: add one"):
        parity.copy_weights(model, model)
