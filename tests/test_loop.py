"""The loop that trains, with an engine that only takes notes: what it asks for, and when."""

import io
import sys
from itertools import pairwise

import numpy as np
import pytest

from aelib.training import Interrupted, NonFiniteError, Player, Run
from aelib.training.loop import BURST, Training
from aelib.training.plan import Plan

TWO = (Player("model"), Player("critic", steps=2))


class Notes:
    """An engine whose validation losses are given, and whose weights are a number."""

    framework = "Notes"
    parameters = 1

    def __init__(self, losses=(), fail=None, finite=True):
        self.losses, self.fail, self.finite = list(losses), fail, finite
        self.batches, self.moments, self.progress = [], [], []
        self.weights, self.finished = 0, 0

    def seed(self):
        return 7

    def set_progress(self, progress):
        self.progress.append(progress)

    def steps(self, batches, moments):
        assert len(batches) == len(moments) <= BURST
        for index, moment in zip(batches, moments, strict=True):
            if isinstance(self.fail, tuple) and len(self.batches) + 1 == self.fail[0]:
                raise self.fail[1]
            self.batches.append(index)
            self.moments.append(moment)
            if len(self.batches) == self.fail:
                yield ["kl", "loss", "gradient"], [np.nan, np.nan, 1.0]
                pytest.fail("a step was taken after one that failed")
            self.weights += 1
            yield ["kl", "loss", "gradient"], [1.0, float(len(index)), 2.0]

    def measure(self, first, last):
        return ["loss"], [self.losses[len(self.batches) // self.steps_per_epoch - 1]]

    def weights_are_finite(self):
        return self.finite

    def snapshot(self):
        return self.weights

    def restore(self, state):
        self.weights = state

    def finish(self):
        self.finished += 1


def train(engine, examples=10, valid=0, players=TWO[:1], progress=False, **options):
    options = {
        "epochs": 3,
        "batch_size": 4,
        "optimizer": "adam",
        "learning_rate": 0.1,
        "schedule": None,
        "clip_norm": None,
        "patience": None,
    } | options
    plan = Plan(players, examples, bool(valid), **options)
    engine.steps_per_epoch = plan.steps_per_epoch
    return Training(None, engine, plan, valid, 4).go(progress)


def epochs_of(engine):
    n = engine.steps_per_epoch
    return [np.concatenate(engine.batches[i : i + n]) for i in range(0, len(engine.batches), n)]


def test_every_epoch_has_every_example_once_in_a_new_order():
    engine = Notes()
    train(engine, examples=50, epochs=4)
    orders = epochs_of(engine)
    assert len(orders) == 4
    for order in orders:
        assert sorted(order) == list(range(50))
        assert (order != np.arange(50)).any()
    for first, second in pairwise(orders):
        assert (first != second).sum() > 25


@pytest.mark.parametrize(
    ("examples", "batch_size", "sizes"),
    [
        (8, 4, [4, 4]),
        (10, 4, [4, 4, 2]),
        (9, 4, [4, 5]),
        (5, 4, [5]),
        (3, 4, [3]),
        (1, 4, [1]),
        (3, 1, [1, 1, 1]),
    ],
)
def test_an_example_left_over_joins_the_batch_before_it(examples, batch_size, sizes):
    engine = Notes()
    train(engine, examples=examples, batch_size=batch_size, epochs=2)
    assert [len(batch) for batch in engine.batches] == 2 * sizes
    assert rates_of(engine)[-1] > 0


def test_progress_runs_from_nothing_to_one():
    engine = Notes()
    train(engine, examples=8, epochs=2)
    assert [moment.progress for moment in engine.moments] == [0.0, 0.25, 0.5, 0.75]
    assert engine.progress == [0.5, 1.0]


def test_a_history_has_the_means_over_examples_and_no_gradient():
    run = train(Notes(), examples=10, epochs=1)
    assert run.history["train"] == {"kl": [1.0], "loss": [(4 * 4 + 4 * 4 + 2 * 2) / 10]}


@pytest.mark.parametrize("examples", [4 * BURST, 4 * BURST + 4, 9 * BURST + 2])
def test_steps_come_in_bursts_of_batches_of_one_size(examples):
    engine, bursts = Notes(), []
    steps = engine.steps
    engine.steps = lambda b, m: bursts.append(b.shape) or steps(b, m)
    train(engine, examples=examples, epochs=1)
    full, rest = divmod(examples, 4)
    sizes = full // BURST * [BURST] + [full % BURST] * bool(full % BURST)
    assert bursts == [(size, 4) for size in sizes] + [(1, rest)] * bool(rest)


def test_rates_belong_to_players():
    plan = {"learning_rate": {"critic": 0.5}, "schedule": "constant"}
    engine = Notes()
    train(engine, examples=4, epochs=1, players=TWO, **plan)
    assert engine.moments == [(0.0, {"model": 3e-3, "critic": 0.5})]


def rates_of(engine):
    return [moment.rates["model"] for moment in engine.moments]


def one_cycle(steps, peak):
    """Return the rates of a one-cycle schedule, as the docstring of `fit` defines it."""
    climb = max(1, int(0.3 * steps))
    step = np.arange(steps)
    up = peak * (1 / 25 + (24 / 25) * step / climb)
    down = peak * (1 + np.cos(np.pi * (step - climb) / max(1, steps - climb))) / 2
    return np.where(step < climb, up, down)


@pytest.mark.parametrize("epochs", [1, 2, 7])
def test_one_cycle_is_spread_over_all_steps(epochs):
    engine = Notes()
    train(engine, examples=10, batch_size=4, epochs=epochs)
    np.testing.assert_allclose(rates_of(engine), one_cycle(3 * epochs, 0.1), rtol=1e-12)


@pytest.mark.parametrize(
    ("losses", "patience", "epochs", "kept"),
    [
        ([3, 2, 1, 2, 2, 2], 2, 5, 3),
        ([3, 3, 3, 3, 3, 3], 2, 3, 1),
        ([3, 3 - 1e-9, 3 - 2e-9, 4, 4, 4], 1, 4, 3),
        ([3, 4, 2, 4, 1, 4], 2, 6, 5),
        ([3, 2, 1], 9, 3, 3),
    ],
    ids=["a rise", "no change", "tiny gains", "ups and downs", "none"],
)
def test_patience_counts_epochs_without_a_new_least_loss(losses, patience, epochs, kept):
    """A new least loss is one that is smaller, by however little; an equal one is none."""
    engine = Notes(losses)
    run = train(engine, examples=4, valid=1, epochs=len(losses), patience=patience)
    assert run.epochs == epochs
    assert run.kept == kept
    assert engine.weights == kept
    assert run.final() == losses[kept - 1]


def test_without_patience_the_last_weights_and_numbers_stay():
    engine = Notes([1, 2, 3])
    run = train(engine, examples=4, valid=1)
    assert (run.kept, engine.weights, run.final()) == (3, 3, 3)
    assert run.per_pixel() == 0.75


def test_what_is_per_pixel_is_the_reconstruction_and_not_its_price():
    terms = {"reconstruction": [6.0], "kl": [2.0], "loss": [8.0]}
    run = Run("Keras", None, {"train": {"loss": [4.0]}, "valid": terms}, [1.0], 1, 4, 1)
    assert run.per_pixel() == 1.5
    assert run.per_pixel("loss") == 2.0
    assert run.per_pixel(part="train") == 1.0


def test_the_guard_names_epoch_and_step_and_the_engine_is_released():
    engine = Notes(fail=5)
    with pytest.raises(NonFiniteError, match=r"the kl is not finite in epoch 2, step 2\b") as found:
        train(engine)
    assert "keeps its last finite weights" in str(found.value)
    assert engine.finished == 1
    assert engine.weights == 4


def test_weights_that_overflowed_go_back_to_the_last_whole_epoch():
    engine = Notes(fail=5)

    def finite():
        return engine.weights < 4

    engine.weights_are_finite = finite
    with pytest.raises(NonFiniteError, match="keeps the weights that it had before epoch 2"):
        train(engine)
    assert engine.weights == 3


def test_an_update_that_overflows_is_noticed_at_the_end_of_its_epoch():
    with pytest.raises(NonFiniteError, match="the weights are not finite after epoch 1"):
        train(Notes(finite=False))


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_validation_loss_that_is_not_finite_stops_the_training(loss):
    engine = Notes([1.0, loss, 1.0])
    with pytest.raises(NonFiniteError, match="the validation loss is not finite after epoch 2"):
        train(engine, examples=4, valid=1, patience=1)


@pytest.mark.parametrize(("patience", "kept"), [(None, 2), (5, 1)])
def test_an_interrupt_keeps_the_history_and_a_model_that_goes_with_it(patience, kept):
    engine = Notes([1.0, 2.0, 3.0], fail=(8, KeyboardInterrupt()))
    with pytest.raises(Interrupted, match="after 2 whole epochs") as stopped:
        train(engine, valid=1, patience=patience)
    run = stopped.value.run
    assert run.history["valid"]["loss"] == [1.0, 2.0]
    assert (run.epochs, run.kept, run.final()) == (2, kept, float(kept))
    assert engine.weights == 3 * kept
    assert engine.finished == 1


def test_an_interrupt_in_the_first_epoch_leaves_what_was_reached():
    engine = Notes(fail=(2, KeyboardInterrupt()))
    with pytest.raises(Interrupted) as stopped:
        train(engine)
    assert stopped.value.run.epochs == 0
    assert stopped.value.run.seconds == 0
    assert engine.weights == 1


def test_any_other_error_releases_the_engine():
    engine = Notes(fail=(2, KeyError("a mistake")))
    with pytest.raises(KeyError):
        train(engine)
    assert engine.finished == 1


@pytest.mark.parametrize("stream", [None, io.StringIO()], ids=["none", "closed"])
def test_a_process_without_standard_error_trains_without_a_bar(monkeypatch, stream):
    if stream is not None:
        stream.close()
    monkeypatch.setattr(sys, "stderr", stream)
    assert train(Notes(), progress=True).epochs == 3


def test_options_of_unknown_players_are_refused():
    with pytest.raises(ValueError, match="learning_rate names judge; the players are model, crit"):
        train(Notes(), players=TWO, learning_rate={"judge": 1.0})
