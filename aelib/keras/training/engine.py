"""What Keras does for the loop that trains."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops
from numpy.typing import NDArray

from aelib.keras.structure import modules
from aelib.keras.trainable import Trainable
from aelib.keras.training.autodiff import compiled, one_by_one, repeated
from aelib.keras.training.optimizers import make_optimizer
from aelib.keras.training.step import run_after_step, train_step, values_of, weights_of
from aelib.training.loop import Moment, Values
from aelib.training.objective import weights_at
from aelib.training.plan import Plan
from aelib.training.players import Player, moves

# So few steps take less time than it takes to trace one.
FEW_STEPS = 16


class Engine:
    """Train a model on its device, with the data in its memory (see `aelib.training.loop`)."""

    framework = "Keras"

    def __init__(
        self, model: Trainable, plan: Plan, train: Mapping[str, NDArray], valid: Mapping | None
    ):
        self.model, self.plan = model, plan
        self.train = _tensors(train)
        self.valid = _tensors(valid or {})
        self.own = {player.name: weights_of(model, player) for player in plan.players}
        self.optimizers = {
            player.name: make_optimizer(
                plan.optimizer_of(player), self.own[player.name], plan.peak(player)
            )
            for player in plan.players
        }
        trained = {id(weight): weight for weight in chain(*self.own.values())}
        self.parameters = sum(math.prod(weight.shape) for weight in trained.values())
        self.frozen = [layer for layer in leaves_of(model) if _is_frozen(layer, trained)]
        for layer in self.frozen:  # BatchNorm then uses its stored moments
            layer.trainable = False
        self.few = plan.steps <= FEW_STEPS
        self.clocks = self._clocks()  # made here, so that no trace makes a variable and is redone
        self.take: Callable | None = None
        self.look: Callable | None = None
        self.names: list[str] = []
        self.valid_names: list[str] = []

    def seed(self) -> int:
        return int(keras.random.randint((), 0, 2**31 - 1))

    def set_progress(self, progress: float) -> None:
        self.model.set_progress(progress)

    def steps(self, batches: NDArray, moments: Sequence[Moment]) -> Iterator[Values]:
        # One graph takes all the steps: a call from Python costs as much as a small step does.
        clock = np.array([self._numbers(moment) for moment in moments], np.float32)
        if self.take is None:
            take = one_by_one(self._step) if self.few else repeated(self._step, batches, clock)
            self.take = take
        for values in self.take(batches, clock).tolist():
            yield self.names, values

    def measure(self, first: int, last: int) -> Values:
        limits = np.int32(first), np.int32(last)
        if self.look is None:
            self.look = self._measure if self.few else compiled(self._measure, *limits)
        values = ops.convert_to_numpy(self.look(*limits)).tolist()
        return self.valid_names, values

    def weights_are_finite(self) -> bool:
        return all(np.isfinite(array).all() for array in self.snapshot())

    def snapshot(self) -> list[NDArray]:
        return [ops.convert_to_numpy(weight).copy() for weight in self.model.weights]

    def restore(self, state: list[NDArray]) -> None:
        for weight, value in zip(self.model.weights, state, strict=True):
            weight.assign(value)

    def finish(self) -> None:
        for layer in self.frozen:
            layer.trainable = True

    def _numbers(self, moment: Moment) -> list[float]:
        """Return what changes from step to step, in the order of `_clocks`."""
        weights = weights_at(self.model.loss_weights, moment.progress)
        rates = [moment.rates[player.name] for player in self._scheduled()]
        return [moment.progress, *weights.values(), *rates]

    def _clocks(self) -> list[keras.Variable]:
        """Return the variables that show a step these numbers."""
        weights = self.model.weights_now()
        rates = [self.optimizers[player.name].learning_rate for player in self._scheduled()]
        return [self.model.progress, *weights.values(), *rates]

    def _scheduled(self) -> list[Player]:
        """Return the players whose optimizer is given by name; any other keeps its own rate."""
        return [
            player
            for player in self.plan.players
            if isinstance(self.plan.optimizer_of(player), str)
        ]

    def _step(self, index: Tensor, now: Tensor) -> Tensor:
        for number, variable in enumerate(self.clocks):
            variable.assign(now[number])
        batch = {name: ops.take(array, index, axis=0) for name, array in self.train.items()}
        names: list[str] = []
        values: list[Tensor] = []
        for player in moves(self.plan.players):
            optimizer, own = self.optimizers[player.name], self.own[player.name]
            clip_norm = self.plan.clip_norm_of(player)
            found = train_step(self.model, player, optimizer, own, batch, clip_norm, values)
            names += found.keys()
            values += found.values()
        self.names = names
        if type(self.model).after_step is not Trainable.after_step:
            run_after_step(self.model, batch, values)
        return ops.stack(values)

    def _measure(self, first: Tensor, last: Tensor) -> Tensor:
        batch = {name: array[first:last] for name, array in self.valid.items()}
        values: dict[str, Tensor] = {}
        for player in self.plan.players:
            values |= values_of(self.model, player, batch, training=False)
        self.valid_names = list(values)
        return ops.stack(list(values.values()))


def leaves_of(model: keras.Layer) -> list[keras.Layer]:
    """Return the layers of a model that hold no other layers."""
    return [layer for layer in modules(model) if len(modules(layer)) == 1]


def _is_frozen(layer: keras.Layer, trained: Mapping[int, keras.Variable]) -> bool:
    weights = [id(weight) for weight in layer.trainable_weights]
    return bool(weights) and trained.keys().isdisjoint(weights)


def _tensors(arrays: Mapping[str, NDArray]) -> dict[str, Tensor]:
    return {name: ops.convert_to_tensor(array) for name, array in arrays.items()}
