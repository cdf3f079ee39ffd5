"""Diffusion over vectors: the loss, the best that it can be, and what the sampler makes of it."""

from itertools import pairwise

import numpy as np
import pytest

import aelib
from aelib import parity
from tests.models.files import THROUGH

WIDTH, FEATURES = 2, 4
SCHEDULE = aelib.linear_schedule(50)
FIT = {"batch_size": 250, "progress": False}


def make(framework, hidden=(8,), kind=None, schedule=SCHEDULE):
    twin = framework.twin
    network = twin.mlp_encoder(WIDTH, hidden, "gelu", input_shape=(WIDTH + FEATURES,))
    return (kind or twin.CodeDiffusion)(network, WIDTH, schedule, FEATURES)


def exact(framework, scale):
    """Return a model that knows the best answer for data of N(0, scale^2)."""

    class Exact(framework.twin.CodeDiffusion):
        def predict_noise(self, x, t):
            steps = np.asarray(t).astype(int) - 1
            share = np.asarray(self.alpha_bar)[steps][:, None]
            factor = np.sqrt(1 - share) / (share * scale**2 + 1 - share)
            return x * framework.tensor(factor.astype("float32"))

    return make(framework, kind=Exact)


@pytest.fixture
def vectors():
    return np.random.default_rng(0).standard_normal((500, WIDTH)).astype("float32")


def test_the_schedule_is_that_of_ho_and_reaches_noise_with_fewer_steps():
    betas = np.linspace(1e-4, 0.02, 1000)
    np.testing.assert_allclose(aelib.linear_schedule(1000), np.cumprod(1 - betas))
    for steps in (25, 50, 100, 1000):
        schedule = aelib.linear_schedule(steps)
        assert len(schedule) == steps
        assert schedule[-1] < 1e-4
    with pytest.raises(ValueError, match="steps must be at least 25, got 20"):
        aelib.linear_schedule(20)


def test_the_loss_is_the_squared_error_of_the_noise(framework, vectors):
    """Once more in NumPy, of a linear network, from the same noise."""
    rng = np.random.default_rng(2)
    draws = {"time": rng.random(500), "epsilon": rng.standard_normal((500, WIDTH))}
    model = make(framework, hidden=())
    model.noise = lambda name, *_: framework.tensor(draws[name].astype("float32"))
    *_, layer = parity.export_weights(model)
    t = (draws["time"] * 50).astype(int) + 1
    share = SCHEDULE[t - 1][:, None]
    noisy = np.sqrt(share) * vectors + np.sqrt(1 - share) * draws["epsilon"]
    angles = t[:, None] / 10_000.0 ** (np.arange(2) / 2)
    told = np.concatenate([noisy, np.cos(angles), np.sin(angles)], axis=1)
    answer = told @ layer["kernel"] + layer["bias"]
    expected = np.mean(np.sum((draws["epsilon"] - answer) ** 2, axis=1))
    assert aelib.evaluate(model, vectors)["noise"] == pytest.approx(expected, rel=1e-4)


def variance_drawn(schedule, scale, times, eta):
    """Return the variance of draws with the best answer for N(0, scale^2), without drawing.

    The best answer is a multiple of x, so each step multiplies x and adds fresh noise.
    """
    shares, variance = np.append(1.0, schedule), 1.0
    for t, s in pairwise(times):
        now, then = shares[t], shares[s]
        answer = np.sqrt(1 - now) / (now * scale**2 + 1 - now)
        fresh = eta**2 * (1 - then) / (1 - now) * (1 - now / then)
        factor = np.sqrt(then / now) * (1 - np.sqrt(1 - now) * answer)
        factor += np.sqrt(1 - then - fresh) * answer
        variance = factor**2 * variance + fresh
    return variance


@pytest.mark.parametrize("steps", [None, 10])
@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_with_the_best_answer_draws_have_the_variance_that_they_should(framework, steps, eta):
    times = np.rint(np.linspace(50, 0, (steps or 50) + 1)).astype(int)
    drawn = aelib.draw_codes(exact(framework, 0.6), 20_000, steps=steps, eta=eta)
    expected = variance_drawn(SCHEDULE, 0.6, times, eta)
    assert drawn.var() == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_with_many_steps_that_is_the_variance_of_the_data(eta):
    times = np.arange(1000, -1, -1)
    variance = variance_drawn(aelib.linear_schedule(1000), 0.6, times, eta)
    assert variance == pytest.approx(0.36, rel=0.02)


def test_training_comes_near_the_best_loss_for_normal_data(framework):
    """The best loss at t is, for each number, the share of signal: the rest of x_t is noise."""
    x = np.random.default_rng(1).standard_normal((4000, WIDTH)).astype("float32")
    model = make(framework, hidden=(64,))
    framework.twin.fit(model, x, epochs=30, learning_rate=2e-2, **FIT)
    losses = [aelib.evaluate(model, x)["noise"] for _ in range(10)]
    assert np.mean(losses) == pytest.approx(WIDTH * SCHEDULE.mean(), rel=0.1)


def test_both_frameworks_draw_the_same(both):
    models = {name: make(both[name]) for name in both}
    parity.copy_weights(models["keras"], models["torch"])
    for eta in (0.0, 1.0):
        found = [aelib.draw_codes(model, 20, 3, eta=eta) for model in models.values()]
        np.testing.assert_allclose(*found, rtol=1e-3, atol=1e-3)


def test_the_noise_is_asked_for_in_numpy(framework):
    x = np.random.default_rng(4).standard_normal((1500, WIDTH))
    share = SCHEDULE[9]
    expected = x * np.sqrt(1 - share) / (share * 0.36 + 1 - share)
    found = aelib.predict_noise(exact(framework, 0.6), x, 10)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_it_survives_a_file(framework, vectors, tmp_path):
    model = make(framework)
    framework.twin.fit(model, vectors, epochs=1, **FIT)
    loaded = THROUGH[framework.name](model, tmp_path, lambda: make(framework))
    expected = aelib.draw_codes(model, 5)
    np.testing.assert_allclose(aelib.draw_codes(loaded, 5), expected, rtol=1e-4, atol=1e-4)


def test_what_does_not_fit_is_named(framework, vectors):
    twin = framework.twin
    network = twin.mlp_encoder(WIDTH, (), input_shape=(WIDTH + FEATURES,))
    with pytest.raises(ValueError, match="alpha_bar must fall from step to step"):
        twin.CodeDiffusion(network, WIDTH, [0.9, 0.95], FEATURES)
    with pytest.raises(ValueError, match="features must be an even number, at least 2, got 3"):
        twin.CodeDiffusion(network, WIDTH, SCHEDULE, 3)
    model = make(framework)
    with pytest.raises(ValueError, match="x must give"):
        twin.fit(model, np.ones((10, 3), "float32"), **FIT)
    with pytest.raises(ValueError, match="steps must be from 1 to 50, as the schedule has, got 51"):
        aelib.draw_codes(model, 2, steps=51)
    with pytest.raises(ValueError, match=r"eta must lie in \[0, 1\], got 2"):
        aelib.draw_codes(model, 2, eta=2)
    with pytest.raises(TypeError, match="predicts no noise"):
        aelib.draw_codes(twin.Classifier(network, WIDTH), 2)
    with pytest.raises(TypeError, match="predicts no noise"):
        aelib.predict_noise(twin.Classifier(network, WIDTH), vectors, 1)
