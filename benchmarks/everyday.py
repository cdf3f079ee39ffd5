"""The everyday way to train: `keras.Model.fit`, or a loop over a `DataLoader`."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import aelib

PIXELS = 784


@dataclass(frozen=True)
class Trace:
    """Seconds from the start, and validation loss per pixel, at the end of each epoch."""

    times: list[float]
    losses: list[float]

    def first_at(self, loss: float) -> float:
        """Return when the loss was first at most this; infinite if never."""
        reached = np.flatnonzero(np.array(self.losses) <= loss)
        return self.times[reached[0]] if len(reached) else float("inf")


@dataclass(frozen=True)
class TorchRecipe:
    """Networks, their optimizer, and what it lowers and what is judged, of a batch, as means."""

    nets: nn.Module
    losses: Callable[[Tensor], tuple[Tensor, Tensor]]
    optimizer: torch.optim.Optimizer


@dataclass(frozen=True)
class Family:
    """A well-known recipe, and this course's way to the same loss.

    Attributes:
        data: the name of the data set.
        epochs, batch: of the recipe.
        keras_recipe: returns a compiled model.
        torch_recipe: returns the same recipe for PyTorch.
        course: returns a model of a twin, and the arguments of its `fit`.
        watched: what `keras.Model.fit` calls the loss that is judged.
        watched_over: how many pixels this is a sum over.
        judged: what `fit` of the course calls it.
    """

    data: str
    epochs: int
    batch: int
    keras_recipe: Callable[[], keras.Model]
    torch_recipe: Callable[[], TorchRecipe]
    course: Callable[[Any], tuple[Any, Mapping[str, Any]]]
    watched: str = "val_loss"
    watched_over: int = 1
    judged: str = "loss"


def keras_trace(family: Family, data: aelib.Dataset, epochs: int) -> Trace:
    """Train the recipe in Keras."""
    model, train, valid = family.keras_recipe(), data.train.x, data.valid.x
    times: list[float] = []
    start = time.perf_counter()
    clock = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: times.append(time.perf_counter() - start)
    )
    history = model.fit(
        train,
        train,
        family.batch,
        epochs,
        validation_data=(valid, valid),
        callbacks=[clock],
        verbose=0,
    ).history
    return Trace(times, [loss / family.watched_over for loss in history[family.watched]])


def torch_trace(family: Family, data: aelib.Dataset, epochs: int) -> Trace:
    """Train the recipe in PyTorch."""
    recipe = family.torch_recipe()
    train, valid = (
        DataLoader(TensorDataset(torch.from_numpy(part.x)), family.batch, shuffle=shuffle)
        for part, shuffle in ((data.train, True), (data.valid, False))
    )
    trace = Trace([], [])
    start = time.perf_counter()
    for _ in range(epochs):
        for (x,) in train:
            loss, _ = recipe.losses(x)
            recipe.optimizer.zero_grad()
            loss.backward()
            recipe.optimizer.step()
        with torch.no_grad():
            judged = [float(recipe.losses(x)[1]) * len(x) for (x,) in valid]
        trace.times.append(time.perf_counter() - start)
        trace.losses.append(sum(judged) / len(data.valid) / family.watched_over)
    return trace
