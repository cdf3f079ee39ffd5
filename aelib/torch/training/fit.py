"""Train any autoencoder, with the data in memory."""

import copy
import math
import time
from collections import defaultdict
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from tqdm import tqdm

from aelib.torch.autoencoder import Autoencoder
from aelib.torch.training.optimizers import make_optimizer
from aelib.torch.training.step import measure, train_step
from aelib.training import (
    History,
    NonFiniteError,
    NonFiniteTerm,
    Plan,
    Run,
    as_history,
    training_arrays,
)

VALID_BATCH = 1000


def fit(
    model: Autoencoder,
    data: Any,
    epochs: int = 15,
    batch_size: int = 256,
    optimizer: Any = "nadam",
    learning_rate: float = 1e-3,
    schedule: str | None = None,
    clip_norm: float | None = None,
    patience: int | None = None,
    progress: bool = True,
) -> Run:
    """Train a model on data that is held in memory, and return what happened.

    Args:
        model: an autoencoder; it is moved to the accelerator where there is one.
        data: a `Dataset`, an array, or a pair (train, valid) of arrays.
        epochs: passes over the training part, at most.
        batch_size: examples a step; the last batch of an epoch may be smaller.
        optimizer: "sgd", "rmsprop", "adam" or "nadam", or an optimizer of the framework, which
            keeps its own learning rate and takes neither schedule nor clip_norm.
        learning_rate: the rate, or the peak of the schedule.
        schedule: None for a constant rate; "one_cycle" climbs for 30 % of the steps from a 25th of
            the rate and falls to 0 along a half cosine.
        clip_norm: scale the gradient down to this Euclidean norm where it is longer; one example
            with a huge exponential then cannot undo an epoch.
        patience: stop once the validation loss has not improved for so many epochs, and go back
            to the best weights.
        progress: whether to show a progress bar.

    Raises:
        ValueError: the data do not fit the model, or an option is not one of those above.
        NonFiniteError: a loss term or a gradient became NaN or infinite; it names epoch, step and
            term, and the model keeps its last finite weights.
    """
    train_x, valid_x = training_arrays(model, data)
    plan = Plan(
        epochs,
        batch_size,
        optimizer,
        learning_rate,
        schedule,
        clip_norm,
        patience,
        examples=len(train_x),
        validated=valid_x is not None,
    )
    device = _device()
    model.to(device)
    train = torch.as_tensor(train_x, device=device)
    valid = None if valid_x is None else torch.as_tensor(valid_x, device=device)
    algorithm, rates = make_optimizer(model, plan)
    history: History = {"train": defaultdict(list), "valid": defaultdict(list)}
    best = _Best(model, patience)
    name = f"PyTorch {type(model).__name__}"
    times: list[float] = []
    start = time.perf_counter()
    with tqdm(total=epochs, desc=name, unit="epoch", disable=not progress) as bar:
        for epoch in range(1, epochs + 1):
            _train_epoch(model, train, algorithm, rates, plan, epoch).write(history["train"])
            if valid is not None:
                _measure(model, valid).write(history["valid"])
            times.append(time.perf_counter() - start)
            losses = history["train" if valid is None else "valid"]["loss"]
            bar.set_postfix(loss=f"{losses[-1]:.4g}", refresh=False)
            bar.update()
            if best.waited_enough(losses):
                break
    best.restore()
    model.eval()
    parameters = sum(p.numel() for p in model.parameters() if p.requires_grad)
    return Run("PyTorch", model, as_history(model, **history), times, parameters)


def _train_epoch(
    model: Autoencoder,
    x: Tensor,
    optimizer: Optimizer,
    schedule: LRScheduler,
    plan: Plan,
    epoch: int,
) -> "_Means":
    model.train()
    means = _Means()
    shuffled = torch.randperm(len(x)).to(x.device).split(plan.batch_size)
    for step, index in enumerate(shuffled, 1):
        try:
            means.add(train_step(model, optimizer, x[index], plan.clip_norm), len(index))
        except NonFiniteTerm as error:
            rate = optimizer.param_groups[0]["lr"]
            raise NonFiniteError(error.term, epoch, step, rate) from None
        schedule.step()
    return means


def _measure(model: Autoencoder, x: Tensor) -> "_Means":
    model.eval()
    means = _Means()
    for batch in x.split(VALID_BATCH):
        means.add(measure(model, batch), len(batch))
    return means


class _Means:
    """Means over an epoch, kept on the device until they are written."""

    def __init__(self) -> None:
        self.sums: dict[str, Tensor | float] = defaultdict(float)
        self.count = 0

    def add(self, values: dict[str, Tensor], examples: int) -> None:
        for name, value in values.items():
            self.sums[name] += value.detach() * examples
        self.count += examples

    def write(self, history: dict[str, list[float]]) -> None:
        for name, total in self.sums.items():
            history[name].append(float(total) / self.count)


class _Best:
    """The weights with the lowest validation loss, kept only where early stopping is asked for."""

    def __init__(self, model: Autoencoder, patience: int | None):
        self.model, self.patience = model, patience
        self.loss = math.inf
        self.waited = 0
        self.state: dict[str, Tensor] | None = None

    def waited_enough(self, losses: list[float]) -> bool:
        if self.patience is None:
            return False
        if losses[-1] < self.loss:
            self.loss, self.waited = losses[-1], 0
            self.state = copy.deepcopy(self.model.state_dict())
        else:
            self.waited += 1
        return self.waited == self.patience

    def restore(self) -> None:
        if self.state is not None:
            self.model.load_state_dict(self.state)


def _device() -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
