"""Optimizers by name, with constants that mean the same in both frameworks."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from torch import nn
from torch.optim import SGD, Adam, NAdam, Optimizer, RMSprop

EPSILON = 1e-7  # Keras's; PyTorch's own default is 1e-8

FACTORIES: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    # Keras's decay of the squared gradient; PyTorch's own default is 0.99.
    "rmsprop": partial(RMSprop, alpha=0.9, eps=EPSILON, foreach=True),
    "adam": partial(Adam, eps=EPSILON, fused=True),
    # Keras warms momentum up as Dozat's 0.96^t; PyTorch's own default slows this 250 times.
    "nadam": partial(NAdam, eps=EPSILON, momentum_decay=1.0, foreach=True),
}


def make_optimizer(wanted: Any, own: Sequence[nn.Parameter], learning_rate: float) -> Optimizer:
    """Return an optimizer of these weights, by its name; one made by the caller is taken as it is.

    Raises `ValueError` for one that holds weights of another model, or none of these.
    """
    if isinstance(wanted, str):
        return FACTORIES[wanted](own, lr=learning_rate)
    if not isinstance(wanted, Optimizer):
        raise ValueError(
            f"optimizer must be a name or an optimizer of PyTorch, got {type(wanted).__name__}"
        )
    held = {id(weight) for group in wanted.param_groups for weight in group["params"]}
    if not held or not held <= {id(weight) for weight in own}:
        raise ValueError(
            "the optimizer holds weights that are not this model's to train: make it with "
            "model.parameters() of the model that you pass"
        )
    return wanted
