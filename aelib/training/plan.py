"""The options of a training, checked, and the schedule that follows from them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aelib.training.players import Player

OPTIMIZERS = ("sgd", "rmsprop", "adam", "nadam")
SCHEDULES = ("one_cycle", "constant")
LEARNING_RATE = 3e-3

# One-cycle, after Smith & Topin (2019): start at a 25th of the peak, climb for 30 % of the steps,
# then fall to 0 along a half cosine.
WARM_UP_FROM = 1 / 25
WARM_UP_SHARE = 0.3


@dataclass(frozen=True)
class Plan:
    """The checked options of a fit.

    `optimizer`, `learning_rate` and `clip_norm` are one value for all players, or a value by name
    of player.
    """

    players: Sequence[Player]
    examples: int
    validated: bool
    epochs: int
    batch_size: int
    optimizer: Any
    learning_rate: Any
    schedule: str | None
    clip_norm: Any
    patience: int | None

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience"):
            _check_count(name, getattr(self, name), optional=name == "patience")
        if self.patience is not None and not self.validated:
            raise ValueError("patience needs validation data: pass them as valid=...")
        if self.schedule not in (None, *SCHEDULES):
            raise ValueError(f"schedule must be 'one_cycle' or 'constant', got {self.schedule!r}")
        for name in ("optimizer", "learning_rate", "clip_norm"):
            self._check_players(name)
        for player in self.players:
            self._check_optimizer(player)

    def _check_players(self, option: str) -> None:
        value = getattr(self, option)
        known = [player.name for player in self.players]
        if isinstance(value, Mapping) and not set(value) <= set(known):
            unknown = ", ".join(sorted(set(value) - set(known)))
            raise ValueError(f"{option} names {unknown}; the players are {', '.join(known)}")

    def _check_optimizer(self, player: Player) -> None:
        optimizer = self.optimizer_of(player)
        rate = _of(self.learning_rate, player, None)
        clip_norm = self.clip_norm_of(player)
        _check_positive("learning_rate", rate)
        _check_positive("clip_norm", clip_norm)
        if isinstance(optimizer, str):
            if optimizer not in OPTIMIZERS:
                raise ValueError(
                    f"optimizer must be one of {', '.join(OPTIMIZERS)}, or an optimizer of the "
                    f"framework, got {optimizer!r}"
                )
        elif rate is not None or self.schedule is not None or clip_norm is not None:
            raise ValueError(
                "learning_rate, schedule and clip_norm belong to an optimizer given by name; one "
                "that you made keeps its own: set them where you make it"
            )

    def optimizer_of(self, player: Player) -> Any:
        """Return a player's optimizer: a name, or an optimizer of the framework."""
        return _of(self.optimizer, player, "adam")

    def peak(self, player: Player) -> float:
        """Return the learning rate of a player, or the peak of its schedule."""
        rate = _of(self.learning_rate, player, None)
        return LEARNING_RATE if rate is None else float(rate)

    def clip_norm_of(self, player: Player) -> float | None:
        """Return the length that a player's gradient is scaled down to, or None."""
        return _of(self.clip_norm, player, None)

    def rate(self, player: Player, step: int) -> float:
        """Return a player's learning rate in a step of the run, counted from 0."""
        peak = self.peak(player)
        if self.schedule == "constant":
            return peak
        climb = max(1, int(WARM_UP_SHARE * self.steps))
        if step < climb:
            return peak * (WARM_UP_FROM + (1 - WARM_UP_FROM) * step / climb)
        return peak * (1 + math.cos(math.pi * (step - climb) / (self.steps - climb))) / 2

    def batches(self, rng: np.random.Generator) -> Iterator[NDArray[np.int32]]:
        """Yield the indices of each batch of one epoch, in a new random order."""
        order = rng.permutation(self.examples).astype(np.int32)
        return iter(np.split(order, range(self.batch_size, self._full, self.batch_size)))

    @property
    def _full(self) -> int:
        """Where the last batch may start at most: an example left over joins the batch before it.

        Alone it could not be trained on: a BatchNorm layer has no variance of one example.
        """
        return self.examples - (self.examples > 1 < self.batch_size)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one epoch; the last one may have fewer examples, or one more."""
        return math.ceil(self._full / self.batch_size)

    @property
    def steps(self) -> int:
        """Batches in the whole run."""
        return self.epochs * self.steps_per_epoch


def _of(option: Any, player: Player, default: Any) -> Any:
    return option.get(player.name, default) if isinstance(option, Mapping) else option


def _check_count(name: str, value: Any, optional: bool) -> None:
    if value is None and optional:
        return
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {value!r}")


def _check_positive(name: str, value: Any) -> None:
    if value is None:
        return
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not (number > 0 and math.isfinite(number)):
        raise ValueError(f"{name} must be a positive number, got {value!r}")
