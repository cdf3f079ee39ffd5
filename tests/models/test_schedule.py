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
    options = {"optimizer": "sgd", "learning_rate": 0.1, "schedule": "one_cycle"}
    found = rates_of(framework, slope, ones, steps, **options)
    np.testing.assert_allclose(found, one_cycle(steps, 0.1), atol=1e-6)


def test_without_a_schedule_the_rate_is_constant(framework, slope, ones):
    found = rates_of(framework, slope, ones, 4, optimizer="sgd", learning_rate=0.1)
    np.testing.assert_allclose(found, np.full(4, 0.1), atol=1e-6)


def test_the_rate_of_an_own_optimizer_is_the_peak(framework, slope, ones):
    if framework.name == "keras":
        optimizer = importlib.import_module("keras").optimizers.SGD(0.05)
    else:
        optimizer = importlib.import_module("torch").optim.SGD(slope.parameters(), lr=0.05)
    found = rates_of(framework, slope, ones, 10, optimizer=optimizer, schedule="one_cycle")
    np.testing.assert_allclose(found, one_cycle(10, 0.05), atol=1e-6)
