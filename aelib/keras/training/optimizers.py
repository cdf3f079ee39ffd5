"""Optimizers by name, with constants that mean the same in both frameworks."""

from collections.abc import Callable
from functools import partial

import keras
from keras.optimizers import SGD, Adam, Nadam, Optimizer, RMSprop
from keras.optimizers.schedules import CosineDecay, LearningRateSchedule

from aelib.training import WARM_UP_FROM, Plan

EPSILON = 1e-7  # Keras's own default, said here because PyTorch's is 1e-8

FACTORIES: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    # Keras adds it under the root, PyTorch after it.
    "rmsprop": partial(RMSprop, rho=0.9, epsilon=EPSILON**2),
    "adam": partial(Adam, epsilon=EPSILON),
    "nadam": partial(Nadam, epsilon=EPSILON),
}


def make_optimizer(
    model: keras.Model, plan: Plan
) -> tuple[Optimizer, LearningRateSchedule | float]:
    """Return the optimizer that a plan asks for, and its learning rate as a function of the step.

    An optimizer made by the caller is taken as it is, with its own learning rate.
    """
    if not isinstance(plan.optimizer, str):
        return plan.optimizer, float(plan.optimizer.learning_rate)
    rates: LearningRateSchedule | float = plan.learning_rate
    if plan.schedule == "one_cycle":
        rates = CosineDecay(
            plan.learning_rate * WARM_UP_FROM,
            decay_steps=max(1, plan.steps - plan.warm_up_steps),
            warmup_target=plan.learning_rate,
            warmup_steps=plan.warm_up_steps,
        )
    return FACTORIES[plan.optimizer](rates, global_clipnorm=plan.clip_norm), rates
