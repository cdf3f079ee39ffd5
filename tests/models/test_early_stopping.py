"""Stop when validation no longer improves, and go back to the best weights.

The model is one unit with loss (z - 1)^2. Training at x = 1 drives z to 1, and with it the z of the
validation example x = 2 from 0 through 1 to 1.5, so its loss falls and then rises.
"""

import numpy as np
import pytest

import aelib

RATE = 0.05
VALID = np.full((4, 1), 2.0, np.float32)


def codes_by_hand(epochs):
    """Return w = b after each epoch of one step: w changes by 2 rate (1 - 2 w)."""
    w, path = 0.0, []
    for _ in range(epochs):
        w += 2 * RATE * (1 - 2 * w)
        path.append(w)
    return np.array(path)


def losses_by_hand(epochs):
    return (3 * codes_by_hand(epochs) - 1) ** 2


@pytest.fixture
def run(framework, one_unit, ones):
    def fit(**options):
        model = one_unit(lambda z: {"reconstruction": (z - 1) ** 2}, start=0.0)
        common = {
            "batch_size": 8,
            "optimizer": "sgd",
            "learning_rate": RATE,
            "schedule": "constant",
            "progress": False,
        }
        return framework.twin.fit(model, ones, valid=VALID, **common, **options)

    return fit


def test_without_patience_all_epochs_run_and_the_last_weights_stay(run):
    finished = run(epochs=9)
    np.testing.assert_allclose(finished.history["valid"]["loss"], losses_by_hand(9), atol=1e-5)
    last = 3 * codes_by_hand(9)[-1]
    assert aelib.encode(finished.model, VALID)[0, 0] == pytest.approx(last, abs=1e-5)


@pytest.mark.parametrize("patience", [1, 2])
def test_it_stops_after_so_many_epochs_without_improvement(run, patience):
    best = int(losses_by_hand(20).argmin())
    stopped = run(epochs=20, patience=patience)
    assert stopped.epochs == best + 1 + patience
    assert len(stopped.history["valid"]["loss"]) == stopped.epochs
    restored = 3 * codes_by_hand(20)[best]
    assert aelib.encode(stopped.model, VALID)[0, 0] == pytest.approx(restored, abs=1e-5)


def test_the_best_weights_come_back_where_the_epochs_end_first(run):
    best = int(losses_by_hand(20).argmin())
    ended = run(epochs=best + 2, patience=10)
    assert ended.epochs == best + 2
    restored = 3 * codes_by_hand(20)[best]
    assert aelib.encode(ended.model, VALID)[0, 0] == pytest.approx(restored, abs=1e-5)
