"""Optimizers by name, with constants that mean the same in both frameworks."""

from collections.abc import Callable
from functools import partial

from torch import nn
from torch.optim import SGD, Adam, NAdam, Optimizer, RMSprop
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    SequentialLR,
)

from aelib.training import WARM_UP_FROM, Plan

EPSILON = 1e-7  # Keras's; PyTorch's own default is 1e-8

FACTORIES: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    # Keras's decay of the squared gradient; PyTorch's own default is 0.99.
    "rmsprop": partial(RMSprop, alpha=0.9, eps=EPSILON, foreach=True),
    "adam": partial(Adam, eps=EPSILON, fused=True),
    # Keras warms momentum up as Dozat's 0.96^t; PyTorch's own default slows this 250 times.
    "nadam": partial(NAdam, eps=EPSILON, momentum_decay=1.0, foreach=True),
}


def make_optimizer(model: nn.Module, plan: Plan) -> tuple[Optimizer, LRScheduler]:
    """Return the optimizer that a plan asks for, and its learning rate as a function of the step.

    An optimizer made by the caller is taken as it is, with its own learning rate.
    """
    optimizer = plan.optimizer
    if isinstance(optimizer, str):
        trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = FACTORIES[optimizer](trainable, lr=plan.learning_rate)
    if plan.schedule is None:
        return optimizer, ConstantLR(optimizer, factor=1.0)
    climb = LinearLR(optimizer, WARM_UP_FROM, total_iters=plan.warm_up_steps)
    fall = CosineAnnealingLR(optimizer, T_max=max(1, plan.steps - plan.warm_up_steps))
    return optimizer, SequentialLR(optimizer, [climb, fall], milestones=[plan.warm_up_steps])
