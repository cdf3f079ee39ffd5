"""What Keras does for the loop that trains."""

import math
from collections.abc import Callable, Mapping
from functools import partial
from itertools import chain
from typing import Any

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops
from numpy.typing import NDArray

from aelib.keras.structure import modules
from aelib.keras.trainable import Trainable
from aelib.keras.training.autodiff import compiled
from aelib.keras.training.optimizers import make_optimizer
from aelib.keras.training.step import run_after_step, train_step, values_of, weights_of
from aelib.training.guard import check_finite
from aelib.training.plan import Plan
from aelib.training.players import Player


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
        self.functions: dict[str, Callable] = {}
        self.names: dict[str, list[str]] = {}

    def seed(self) -> int:
        return int(keras.random.randint((), 0, 2**31 - 1))

    def set_progress(self, progress: float) -> None:
        self.model.set_progress(progress)

    def step(self, player: Player, index: NDArray, learning_rate: float) -> dict[str, float]:
        if isinstance(self.plan.optimizer_of(player), str):
            self.optimizers[player.name].learning_rate.assign(learning_rate)
        values = self._run(f"step of {player.name}", partial(self._step, player), index)
        check_finite(values)
        del values["gradient"]
        return values

    def after_step(self, index: NDArray) -> None:
        if type(self.model).after_step is not Trainable.after_step:
            self._run("after a step", self._after_step, index)

    def measure(self, first: int, last: int) -> dict[str, float]:
        return self._run("measure", self._measure, np.int32(first), np.int32(last))

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

    def _step(self, player: Player, index: Tensor) -> dict[str, Tensor]:
        optimizer, own = self.optimizers[player.name], self.own[player.name]
        clip_norm = self.plan.clip_norm_of(player)
        return train_step(self.model, player, optimizer, own, self._batch(index), clip_norm)

    def _after_step(self, index: Tensor) -> dict[str, Tensor]:
        run_after_step(self.model, self._batch(index))
        return {"done": ops.ones(())}

    def _measure(self, first: Tensor, last: Tensor) -> dict[str, Tensor]:
        batch = {name: array[first:last] for name, array in self.valid.items()}
        values: dict[str, Tensor] = {}
        for player in self.plan.players:
            values |= values_of(self.model, player, batch, training=False)
        return values

    def _batch(self, index: Tensor) -> dict[str, Tensor]:
        return {name: ops.take(array, index, axis=0) for name, array in self.train.items()}

    def _run(self, key: str, function: Callable, *arrays: Any) -> dict[str, float]:
        """Call a function of tensors, compiled at its first call, that gives named scalars."""
        if key not in self.functions:

            def stacked(*tensors: Tensor) -> Tensor:
                values = function(*tensors)
                self.names[key] = list(values)
                return ops.stack(list(values.values()))

            self.functions[key] = compiled(stacked, *arrays)
        numbers = ops.convert_to_numpy(self.functions[key](*arrays))
        return dict(zip(self.names[key], numbers.tolist(), strict=True))


def leaves_of(model: keras.Layer) -> list[keras.Layer]:
    """Return the layers of a model that hold no other layers."""
    return [layer for layer in modules(model) if len(modules(layer)) == 1]


def _is_frozen(layer: keras.Layer, trained: Mapping[int, keras.Variable]) -> bool:
    weights = [id(weight) for weight in layer.trainable_weights]
    return bool(weights) and trained.keys().isdisjoint(weights)


def _tensors(arrays: Mapping[str, NDArray]) -> dict[str, Tensor]:
    return {name: ops.convert_to_tensor(array) for name, array in arrays.items()}
