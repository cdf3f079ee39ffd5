"""What the two fits share: the data they take, the options they accept, the run they return."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aelib.bridge import adapter_of
from aelib.checks import ShapeError, check_data, check_same_shape
from aelib.data import Dataset

OPTIMIZERS = ("sgd", "rmsprop", "adam", "nadam")
SCHEDULES = (None, "one_cycle")

# One-cycle, after Smith & Topin (2019): start at a 25th of the peak, climb for 30 % of the steps,
# then fall to 0 along a half cosine.
WARM_UP_FROM = 1 / 25
WARM_UP_SHARE = 0.3

History = dict[str, dict[str, list[float]]]


class NonFiniteTerm(ArithmeticError):
    """What one step reports: a term of the loss, or the gradient, is NaN or infinite."""

    def __init__(self, term: str):
        self.term = term
        super().__init__(term)


class NonFiniteError(ArithmeticError):
    """A loss term or a gradient became NaN or infinite, and training stopped before the update."""

    def __init__(self, term: str, epoch: int, step: int, learning_rate: float):
        self.term, self.epoch, self.step = term, epoch, step
        super().__init__(
            f"the {term} is not finite in epoch {epoch}, step {step}. The model keeps "
            f"its last finite weights. Lower learning_rate (it was {learning_rate:g}), or look for "
            "an exponential or a logarithm of an unbounded number in the loss"
        )


@dataclass
class Run:
    """What one training run left behind.

    Attributes:
        framework: "Keras" or "PyTorch".
        model: the trained model.
        history: for "train" and "valid", every loss term and "loss", one number an epoch. A train
            number is the mean over the epoch while the weights change, a valid number is measured
            after it.
        times: wall time in seconds from the start to the end of each epoch, validation included.
        parameters: how many trainable numbers the model has.
    """

    framework: str
    model: Any = field(repr=False)
    history: History = field(repr=False)
    times: list[float] = field(repr=False)
    parameters: int

    @property
    def seconds(self) -> float:
        """Wall time of the training, validation included."""
        return self.times[-1]

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.history["train"]["loss"])

    def final(self, term: str = "loss", part: str = "valid") -> float:
        """Return a term after the last epoch, or raise `ValueError` where none was measured."""
        if term not in self.history[part]:
            known = ", ".join(self.history[part]) or "nothing: fit had no validation data"
            raise ValueError(f"the {part} history has no {term!r}; it holds {known}")
        return self.history[part][term][-1]


@dataclass(frozen=True)
class Plan:
    """The checked options of a fit."""

    epochs: int
    batch_size: int
    optimizer: Any
    learning_rate: float
    schedule: str | None
    clip_norm: float | None
    patience: int | None
    examples: int
    validated: bool

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size", "patience"):
            value = getattr(self, name)
            if value is None and name == "patience":
                continue
            if not isinstance(value, int | np.integer) or value < 1:
                raise ValueError(f"{name} must be an integer of at least 1, got {value!r}")
        if self.patience is not None and not self.validated:
            raise ValueError("patience needs validation data: pass a pair (train, valid)")
        for name in ("learning_rate", "clip_norm"):
            value = getattr(self, name)
            if value is None and name == "clip_norm":
                continue
            if not (value > 0 and math.isfinite(value)):
                raise ValueError(f"{name} must be a positive number, got {value!r}")
        if isinstance(self.optimizer, str) and self.optimizer not in OPTIMIZERS:
            raise ValueError(
                f"optimizer must be one of {', '.join(OPTIMIZERS)}, or an optimizer of the "
                f"framework, got {self.optimizer!r}"
            )
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule must be None or 'one_cycle', got {self.schedule!r}")
        if not isinstance(self.optimizer, str) and (self.schedule or self.clip_norm):
            raise ValueError(
                "schedule and clip_norm belong to an optimizer given by name; one that you made "
                "keeps its own: set them where you make it"
            )

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in one epoch; the last batch may be smaller."""
        return math.ceil(self.examples / self.batch_size)

    @property
    def steps(self) -> int:
        """Optimizer steps in the whole run."""
        return self.epochs * self.steps_per_epoch

    @property
    def warm_up_steps(self) -> int:
        """Steps during which the one-cycle schedule climbs."""
        return max(1, int(WARM_UP_SHARE * self.steps))


def training_arrays(model: Any, data: Any) -> tuple[NDArray, NDArray | None]:
    """Return (train, valid) as checked float32 arrays; valid is None where there is none.

    Accepts a `Dataset`, an array, or a pair of arrays. Raises `ValueError` for data that the
    model cannot take, naming both shapes.
    """
    if isinstance(data, Dataset):
        data = (data.train.x, data.valid.x)
    if isinstance(data, tuple) and len(data) != 2:
        raise ValueError(f"data must be one array or a pair (train, valid), got {len(data)} arrays")
    train, valid = data if isinstance(data, tuple) else (data, None)
    train = check_data(train, model.data_range)
    if valid is not None:
        valid = check_data(valid, model.data_range)
        if valid.shape[1:] != train.shape[1:]:
            raise ShapeError(
                f"train has examples of shape {train.shape[1:]} and valid of {valid.shape[1:]}: "
                "a pair (train, valid) holds examples of one shape"
            )
    _try_one(model, train[:1])
    return train, valid


def _try_one(model: Any, x: NDArray) -> None:
    adapter = adapter_of(model)
    try:
        adapter.call(model, "encode", x)
    except ShapeError:
        raise
    except Exception as error:  # whatever the framework or the caller's network raises
        shape = ", ".join(map(str, x.shape[1:]))
        raise ShapeError(f"the encoder cannot take x of shape (batch, {shape}): {error}") from error
    check_same_shape(x.shape, adapter.call(model, "__call__", x).shape)


def as_history(model: Any, **parts: Mapping[str, list[float]]) -> History:
    """Return the parts of a history as plain floats, the terms in the model's order, then loss."""
    names = (*model.term_names, "loss")
    return {
        part: {name: [float(value) for value in values[name]] for name in names if values}
        for part, values in parts.items()
    }
