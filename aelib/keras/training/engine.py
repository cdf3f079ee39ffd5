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
from aelib.keras.training.step import (
    gradients_of,
    restore_buffers,
    run_after_step,
    update,
    values_of,
    weights_of,
)
from aelib.training.guard import NonFiniteTerm, check_finite
from aelib.training.plan import Plan
from aelib.training.players import Player

Key = tuple[str, Any]  # what is computed, and for which player


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
        self.functions: dict[Key, Callable] = {}
        self.names: dict[Key, list[str]] = {}
        self.touched: dict[str, list[bool]] = {}

    def seed(self) -> int:
        return int(keras.random.randint((), 0, 2**31 - 1))

    def set_progress(self, progress: float) -> None:
        self.model.set_progress(progress)

    def step(self, player: Player, index: NDArray, learning_rate: float) -> dict[str, float]:
        # Gradient and update are two calls: a branch inside of a graph is slower than both.
        numbers, gradients, buffers = self._call(("gradient", player), self._gradients, index)
        values = self._named(("gradient", player), numbers)
        try:
            check_finite(values)
        except NonFiniteTerm:
            restore_buffers(self.model, buffers)
            raise
        norm, rate = np.float32(values.pop("gradient")), np.float32(learning_rate)
        self._call(("update", player), self._update, norm, rate, *gradients)
        return values

    def after_step(self, index: NDArray) -> None:
        if type(self.model).after_step is not Trainable.after_step:
            self._call(("rule", None), self._rule, index)

    def measure(self, first: int, last: int) -> dict[str, float]:
        key = ("measure", None)
        return self._named(key, self._call(key, self._measure, np.int32(first), np.int32(last)))

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

    def _gradients(self, key: Key, index: Tensor) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        _, player = key
        own = self.own[player.name]
        values, gradients, buffers = gradients_of(self.model, player, own, self._batch(index))
        self.touched[player.name] = [g is not None for g in gradients]
        return self._stack(key, values), [g for g in gradients if g is not None], buffers

    def _update(self, key: Key, norm: Tensor, learning_rate: Tensor, *gradients: Tensor) -> Tensor:
        _, player = key
        optimizer, own = self.optimizers[player.name], self.own[player.name]
        if isinstance(self.plan.optimizer_of(player), str):
            optimizer.learning_rate.assign(learning_rate)
        own = [
            weight for weight, moves in zip(own, self.touched[player.name], strict=True) if moves
        ]
        update(optimizer, own, gradients, norm, self.plan.clip_norm_of(player))
        return norm

    def _rule(self, key: Key, index: Tensor) -> Tensor:
        run_after_step(self.model, self._batch(index))
        return ops.ones(())

    def _measure(self, key: Key, first: Tensor, last: Tensor) -> Tensor:
        batch = {name: array[first:last] for name, array in self.valid.items()}
        values: dict[str, Tensor] = {}
        for player in self.plan.players:
            values |= values_of(self.model, player, batch, training=False)
        return self._stack(key, values)

    def _batch(self, index: Tensor) -> dict[str, Tensor]:
        return {name: ops.take(array, index, axis=0) for name, array in self.train.items()}

    def _call(self, key: Key, function: Callable, *arrays: Any) -> Any:
        """Call a method with its key and tensors, compiled at the first call with that key."""
        if key not in self.functions:
            self.functions[key] = compiled(partial(function, key), *arrays)
        return self.functions[key](*arrays)

    def _stack(self, key: Key, values: Mapping[str, Tensor]) -> Tensor:
        """Return named scalars as one vector, which takes one transfer from the device."""
        self.names[key] = list(values)
        return ops.stack(list(values.values()))

    def _named(self, key: Key, numbers: Tensor) -> dict[str, float]:
        return dict(zip(self.names[key], ops.convert_to_numpy(numbers).tolist(), strict=True))


def leaves_of(model: keras.Layer) -> list[keras.Layer]:
    """Return the layers of a model that hold no other layers."""
    return [layer for layer in modules(model) if len(modules(layer)) == 1]


def _is_frozen(layer: keras.Layer, trained: Mapping[int, keras.Variable]) -> bool:
    weights = [id(weight) for weight in layer.trainable_weights]
    return bool(weights) and trained.keys().isdisjoint(weights)


def _tensors(arrays: Mapping[str, NDArray]) -> dict[str, Tensor]:
    return {name: ops.convert_to_tensor(array) for name, array in arrays.items()}
