"""The one loop that trains every model, in both frameworks.

A twin brings an engine, which knows how to take one step in its framework. The loop knows the rest:
the order of examples, rates and weights, the guard, early stopping, interruption, the history.
"""

import math
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby, islice
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from aelib.bridge import adapter_of
from aelib.training.batches import training_arrays
from aelib.training.guard import NonFiniteError, not_finite
from aelib.training.plan import Plan
from aelib.training.run import Interrupted, Run

VALID_BATCH = 1000
# Steps in one call of an engine: enough to hide the cost of a call, few enough to interrupt.
BURST = 16

Values = tuple[Sequence[str], Sequence[float]]  # names, and as many numbers


class Moment(NamedTuple):
    """A step's place in the run: how far the training is, and each player's learning rate."""

    progress: float
    rates: dict[str, float]


class Engine(Protocol):
    """What a framework does for the loop.

    Attributes:
        framework: "Keras" or "PyTorch".
        parameters: how many numbers are trained.
    """

    framework: str
    parameters: int

    def seed(self) -> int:
        """Return a new seed for the order of the examples, from the framework's generator."""

    def set_progress(self, progress: float) -> None:
        """Tell the model how far the training is, in [0, 1]."""

    def steps(self, batches: NDArray[np.int32], moments: Sequence[Moment]) -> Iterable[Values]:
        """Take a step on each batch of examples, given by their indices, and yield what it gave.

        In a step the players move in turn, then the model's own rule runs. It gives the terms and
        the loss of each move, and the length of its gradient as "gradient". Where one of them is
        not finite, that move changes no weight and no buffer, and nothing moves after it.
        """

    def measure(self, first: int, last: int) -> Values:
        """Return terms and losses of these validation examples, without training."""

    def weights_are_finite(self) -> bool:
        """Return whether every weight and buffer is finite."""

    def snapshot(self) -> Any:
        """Return a copy of all weights and buffers."""

    def restore(self, state: Any) -> None:
        """Go back to a copy."""

    def finish(self) -> None:
        """Leave the model ready for use: in inference mode, nothing frozen."""


class Means:
    """Means over examples, by name."""

    def __init__(self) -> None:
        self.sums: dict[str, float] = defaultdict(float)
        self.counts: dict[str, int] = defaultdict(int)

    def add(self, names: Iterable[str], values: Iterable[float], examples: int) -> None:
        """Count the means of so many examples in."""
        for name, value in zip(names, values, strict=True):
            self.sums[name] += value * examples
            self.counts[name] += examples

    def write(self, history: dict[str, list[float]]) -> None:
        """Append the means to a history."""
        for name, total in self.sums.items():
            if name != "gradient":
                history.setdefault(name, []).append(total / self.counts[name])


class Training:
    """One training, epoch by epoch."""

    def __init__(self, model: Any, engine: Engine, plan: Plan, valid_examples: int, pixels: int):
        self.engine, self.plan = engine, plan
        self.valid_examples = valid_examples
        self.rng = np.random.default_rng(engine.seed())
        self.run = Run(
            engine.framework, model, {"train": {}, "valid": {}}, [], engine.parameters, pixels, 0
        )
        self.best: tuple[float, int, Any] | None = None
        self.whole: Any = engine.snapshot()  # weights and buffers after the last whole epoch
        self.steps_done = 0

    def go(self, progress_bar: bool) -> Run:
        """Train, and return the run; raises `NonFiniteError` or `Interrupted`."""
        name = f"{self.run.framework} {type(self.run.model).__name__}"
        start = time.perf_counter()
        hidden = not progress_bar or sys.stderr is None or sys.stderr.closed
        try:
            with tqdm(total=self.plan.epochs, desc=name, unit="epoch", disable=hidden) as bar:
                for epoch in range(1, self.plan.epochs + 1):
                    self._epoch(epoch)
                    self.run.times.append(time.perf_counter() - start)
                    self.run.kept = epoch
                    bar.set_postfix(loss=f"{self._losses()[-1]:.4g}", refresh=False)
                    bar.update()
                    if self._waited_enough():
                        break
        except KeyboardInterrupt:
            if self.run.kept:  # the model goes with the numbers of the last whole epoch
                self.engine.restore(self.whole)
            self._finish()
            raise Interrupted(self.run) from None
        except BaseException:
            self.engine.finish()
            raise
        self._finish()
        return self.run

    def _epoch(self, epoch: int) -> None:
        means = Means()
        start = self.steps_done
        for batches in _bursts(self.plan.batches(self.rng)):
            steps = range(self.steps_done, self.steps_done + len(batches))
            moments = [self._moment(step) for step in steps]
            for names, values in self.engine.steps(batches, moments):
                self.steps_done += 1
                if term := not_finite(names, values):
                    raise self._stopped(term, epoch, self.steps_done - start)
                means.add(names, values, batches.shape[1])
        self.engine.set_progress(self.steps_done / self.plan.steps)
        if not self.engine.weights_are_finite():
            raise self._stopped("weights", epoch, 0)
        validation = self._validate(epoch)
        self.whole = self.engine.snapshot()
        means.write(self.run.history["train"])
        validation.write(self.run.history["valid"])

    def _moment(self, step: int) -> Moment:
        rates = {player.name: self.plan.rate(player, step) for player in self.plan.players}
        return Moment(step / self.plan.steps, rates)

    def _validate(self, epoch: int) -> Means:
        means = Means()
        for first in range(0, self.valid_examples, VALID_BATCH):
            last = min(first + VALID_BATCH, self.valid_examples)
            names, values = self.engine.measure(first, last)
            if term := not_finite(names, values):
                raise self._stopped(f"validation {term}", epoch, 0)
            means.add(names, values, last - first)
        return means

    def _stopped(self, term: str, epoch: int, step: int) -> NonFiniteError:
        kept = "its last finite weights"
        if not self.engine.weights_are_finite():
            # An update overflowed, though loss and gradient were finite.
            self.engine.restore(self.whole)
            kept = f"the weights that it had before epoch {epoch}"
        rate = self.plan.peak(self.plan.players[0])
        return NonFiniteError(term, epoch, step, rate, kept)

    def _losses(self) -> list[float]:
        return self.run.history["valid" if self.valid_examples else "train"]["loss"]

    def _waited_enough(self) -> bool:
        if self.plan.patience is None:
            return False
        loss, epoch = self._losses()[-1], self.run.epochs
        if self.best is None or loss < self.best[0]:
            self.best = loss, epoch, self.whole
        return epoch - self.best[1] == self.plan.patience

    def _finish(self) -> None:
        if self.best is not None:
            _, self.run.kept, state = self.best
            self.engine.restore(state)
        self.engine.finish()


def _bursts(batches: Iterable[NDArray]) -> Iterable[NDArray]:
    """Yield batches of one size together, at most `BURST` of them, in their order."""
    for _, alike in groupby(batches, key=len):
        while some := list(islice(alike, BURST)):
            yield np.stack(some)


def train(
    make_engine: Any,
    model: Any,
    data: Any,
    valid: Any,
    progress: bool,
    **options: Any,
) -> Run:
    """Check data and options, train the model, and return the run; `fit` of a twin calls this."""
    framework = adapter_of(model).framework
    if framework != make_engine.framework:
        raise TypeError(
            f"{type(model).__name__} is a model of {framework}, and this is the fit of "
            f"{make_engine.framework}: use the fit of its own twin"
        )
    train_arrays, valid_arrays = training_arrays(model, data, valid)
    x = train_arrays[model.inputs[0]]
    plan = Plan(model.players, len(x), valid_arrays is not None, **options)
    engine = make_engine(model, plan, train_arrays, valid_arrays)
    valid_examples = len(valid_arrays[model.inputs[0]]) if valid_arrays else 0
    return Training(model, engine, plan, valid_examples, math.prod(x.shape[1:])).go(progress)
