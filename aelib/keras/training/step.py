"""One step of training: the terms, their gradient, the guard, the update.

A gradient needs the backend's own tape, so this file alone names a backend.
"""

import importlib
from collections.abc import Callable
from typing import Any

import keras
from keras import KerasTensor as Tensor

from aelib.objective import weighted_sum
from aelib.training import NonFiniteTerm

GUARD = "aelib guard: "


class TrainingScope(keras.Layer):
    """Run a function so that the layers it calls, such as dropout, know that they train.

    Keras tells a layer so through the call of the layer around it, and `loss_terms` has none.
    """

    def call(self, x: Tensor, run: Callable[[Tensor], Any], training: bool) -> Any:
        return run(x)


def train_step(model: keras.Model, x: Tensor) -> dict[str, Tensor]:
    """Update the model on one batch and return the terms and the loss, or raise `NonFiniteTerm`."""
    return BACKENDS[keras.backend.backend()](model, x)


def measure(model: keras.Model, x: Tensor) -> dict[str, Tensor]:
    """Return the terms and the loss of one batch, without training."""
    terms = model.loss_terms(x)
    return {**terms, "loss": weighted_sum(terms, model.loss_weights)}


def non_finite_term(error: Exception) -> NonFiniteTerm | None:
    """Return the guard's finding where a compiled step failed with one, else None."""
    _, found, rest = str(error).partition(GUARD)
    return NonFiniteTerm(rest.split(" :")[0]) if found else None


def _measure_in_training(model: keras.Model, x: Tensor) -> dict[str, Tensor]:
    return TrainingScope()(x, run=lambda batch: measure(model, batch), training=True)


def _tensorflow(model: keras.Model, x: Tensor) -> dict[str, Tensor]:
    tf = importlib.import_module("tensorflow")
    with tf.GradientTape() as tape:
        values = _measure_in_training(model, x)
    gradients = tape.gradient(values["loss"], model.trainable_variables)
    # A compiled step cannot raise an exception of ours: the assertion carries the term's name.
    finite: list[Any] = []
    for name, value in [*values.items(), ("gradient", tf.linalg.global_norm(gradients))]:
        with tf.control_dependencies(finite):  # in order, so that the first one is named
            finite = [tf.debugging.check_numerics(value, f"{GUARD}{name}")]
    with tf.control_dependencies(finite):
        model.optimizer.apply(gradients, model.trainable_variables)
    return values


def _torch(model: keras.Model, x: Tensor) -> dict[str, Tensor]:
    torch = importlib.import_module("torch")
    values = _measure_in_training(model, x)
    for name, value in values.items():
        if not torch.isfinite(value):
            raise NonFiniteTerm(name)
    model.zero_grad()
    values["loss"].backward()
    gradients = [variable.value.grad for variable in model.trainable_variables]
    if not torch.isfinite(torch.nn.utils.get_total_norm(g for g in gradients if g is not None)):
        raise NonFiniteTerm("gradient")
    with torch.no_grad():
        model.optimizer.apply(gradients, model.trainable_variables)
    return {name: value.detach() for name, value in values.items()}


BACKENDS: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "tensorflow": _tensorflow,
    "torch": _torch,
}
