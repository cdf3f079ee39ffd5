"""Optimizers by name, with constants that mean the same in both frameworks."""

from collections.abc import Callable

import keras
from keras.optimizers import SGD, Adam, Nadam, Optimizer, RMSprop
from keras.optimizers.schedules import CosineDecay, LearningRateSchedule

from aelib.training import WARM_UP_FROM, Plan

EPSILON = 1e-7  # Keras's own default, said here because PyTorch's is 1e-8

FACTORIES: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    # Keras adds it under the root, PyTorch after it.
    "rmsprop": lambda rate: RMSprop(rate, rho=0.9, epsilon=EPSILON**2),
    "adam": lambda rate: Adam(rate, epsilon=EPSILON),
    "nadam": lambda rate: Nadam(rate, epsilon=EPSILON),
}


def make_optimizer(
    model: keras.Model, plan: Plan
) -> tuple[Optimizer, LearningRateSchedule | float]:
    """Return the optimizer that a plan asks for, and its learning rate as a function of the step.

    An optimizer made by the caller is taken as it is and starts from its own learning rate.
    """
    optimizer = plan.optimizer
    if not isinstance(optimizer, str):
        rate = float(optimizer.learning_rate)
    else:
        rate = plan.learning_rate
        optimizer = FACTORIES[optimizer](rate)
    if plan.clip_norm is not None:
        optimizer.global_clipnorm = plan.clip_norm
    if plan.schedule is None:
        return optimizer, rate
    rates = CosineDecay(
        rate * WARM_UP_FROM,
        decay_steps=max(1, plan.steps - plan.warm_up_steps),
        warmup_target=rate,
        warmup_steps=plan.warm_up_steps,
    )
    optimizer.learning_rate = rates
    return optimizer, rates
