"""The target of the divergence: how it grows, and to which side it pushes."""

import numpy as np
import pytest

import aelib

MEAN = np.array([[0.5, -1.0, 0.0], [1.5, 0.0, -0.5]])
LOG_VAR = np.zeros((2, 3))
KL = 0.5 * np.sum(MEAN**2, axis=1).mean()


def at_progress(framework, model, progress):
    if framework.name == "keras":
        model.progress.assign(progress)
    else:
        model.progress.fill_(progress)


@pytest.mark.parametrize(("progress", "share"), [(0.0, 0.0), (0.1, 0.4), (0.25, 1.0), (1.0, 1.0)])
def test_the_target_grows_and_then_stays(framework, make, x, progress, share):
    model = make(framework, "CapacityVAE", capacity=5.0, ramp=0.25)
    at_progress(framework, model, progress)
    found = aelib.evaluate(model, x)
    assert found["distance"] == pytest.approx(abs(found["kl"] - 5 * share), rel=1e-5)


@pytest.mark.parametrize("capacity", [0.5 * KL, 2 * KL])
def test_it_pushes_to_the_target_from_either_side(framework, make, x, capacity):
    model = make(framework, "CapacityVAE", capacity=capacity)
    at_progress(framework, model, 1.0)

    def distance(mean):
        model.posterior = lambda x, **given: (mean, framework.tensor(LOG_VAR))
        return model.loss_terms(framework.tensor(x[:2]))["distance"]

    [found] = framework.gradient(distance, MEAN)
    np.testing.assert_allclose(found, np.sign(KL - capacity) * MEAN / 2, atol=1e-6)


def test_only_the_distance_is_charged(framework, make, x):
    model = make(framework, "CapacityVAE", capacity=2.0, weight=7.0)
    found = aelib.evaluate(model, x)
    total = found["reconstruction"] + 7 * found["distance"]
    assert found["loss"] == pytest.approx(total, rel=1e-5)


def test_training_ends_at_the_target(framework, make, data):
    model = make(framework, "CapacityVAE", capacity=1.5, weight=50.0, ramp=0.5)
    how = {"epochs": 40, "batch_size": 20, "learning_rate": 0.02, "progress": False}
    run = framework.twin.fit(model, data, **how)
    assert run.history["train"]["kl"][-1] == pytest.approx(1.5, abs=0.2)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"capacity": -1.0}, r"capacity must be at least 0 nats, got -1\.0"),
        ({"ramp": 0.0}, r"ramp must lie in \(0, 1\], got 0\.0"),
    ],
    ids=["capacity", "ramp"],
)
def test_what_is_no_target_is_refused(framework, make, option, message):
    with pytest.raises(ValueError, match=message):
        make(framework, "CapacityVAE", **option)
