"""The learning rate at every step, read off the weights that it moves."""

import importlib

import numpy as np
import pytest

import aelib


def one_cycle(steps, peak):
    """Return the rates of a one-cycle schedule (the definition in the docstring of `fit`)."""
    climb = max(1, int(0.3 * steps))
    step = np.arange(steps)
    up = peak * (1 / 25 + (24 / 25) * step / climb)
    down = peak * (1 + np.cos(np.pi * (step - climb) / max(1, steps - climb))) / 2
    return np.where(step < climb, up, down)


def rates_of(framework, model, ones, epochs, **options):
    """Return the rate of each step: z starts at 1 and a step lowers it by twice the rate."""
    run = framework.twin.fit(model, ones, epochs=epochs, batch_size=8, progress=False, **options)
    z = [*run.history["train"]["loss"], aelib.encode(model, ones)[0, 0]]
    return -np.diff(z) / 2


@pytest.fixture
def slope(one_unit):
    return one_unit(lambda z: {"reconstruction": z}, start=1.0)


@pytest.mark.parametrize("steps", [1, 3, 24])
def test_one_cycle_climbs_and_falls_along_a_half_cosine(framework, slope, ones, steps):
    found = rates_of(framework, slope, ones, steps, optimizer="sgd", learning_rate=0.1)
    np.testing.assert_allclose(found, one_cycle(steps, 0.1), atol=1e-6)


def test_a_constant_rate_stays(framework, slope, ones):
    found = rates_of(
        framework, slope, ones, 4, optimizer="sgd", learning_rate=0.1, schedule="constant"
    )
    np.testing.assert_allclose(found, np.full(4, 0.1), atol=1e-6)


def own_sgd(framework, slope):
    if framework.name == "keras":
        return importlib.import_module("keras").optimizers.SGD(0.05)
    return importlib.import_module("torch").optim.SGD(slope.parameters(), lr=0.05)


def test_an_own_optimizer_keeps_its_rate(framework, slope, ones):
    found = rates_of(framework, slope, ones, 4, optimizer=own_sgd(framework, slope))
    np.testing.assert_allclose(found, np.full(4, 0.05), atol=1e-6)


@pytest.mark.parametrize(
    "option", [{"schedule": "one_cycle"}, {"clip_norm": 1.0}, {"learning_rate": 1.0}], ids=list
)
def test_an_own_optimizer_takes_no_other_options(framework, slope, ones, option):
    optimizer = own_sgd(framework, slope)
    with pytest.raises(ValueError, match="set them where you make it"):
        framework.twin.fit(slope, ones, optimizer=optimizer, progress=False, **option)
