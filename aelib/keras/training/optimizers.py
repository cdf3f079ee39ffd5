"""Optimizers by name, with constants that mean the same in both frameworks."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
from keras.optimizers import SGD, Adam, Nadam, Optimizer, RMSprop

EPSILON = 1e-7  # Keras's own default, said here because PyTorch's is 1e-8

FACTORIES: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    # Keras adds it under the root, PyTorch after it.
    "rmsprop": partial(RMSprop, rho=0.9, epsilon=EPSILON**2),
    "adam": partial(Adam, epsilon=EPSILON),
    "nadam": partial(Nadam, epsilon=EPSILON),
}


def make_optimizer(wanted: Any, own: Sequence[keras.Variable], learning_rate: float) -> Optimizer:
    """Return an optimizer of these weights, by its name; one made by the caller is taken as it is.

    Raises `ValueError` for one that was built for the weights of another model.
    """
    if isinstance(wanted, str):
        wanted = FACTORIES[wanted](learning_rate)
    if not isinstance(wanted, Optimizer):
        raise ValueError(
            f"optimizer must be a name or an optimizer of Keras, got {type(wanted).__name__}"
        )
    if not wanted.built:
        wanted.build(own)
    elif {id(weight) for weight in wanted._trainable_variables} != {id(weight) for weight in own}:
        raise ValueError(
            "the optimizer holds weights that are not this model's to train: make a new one for "
            "each model"
        )
    return wanted
