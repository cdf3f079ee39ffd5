"""Train any autoencoder, with the data in memory."""

import math
import time
from typing import Any

import keras
from tqdm import tqdm

from aelib.keras.autoencoder import Autoencoder
from aelib.keras.training.optimizers import make_optimizer
from aelib.keras.training.step import non_finite_term
from aelib.training import (
    NonFiniteError,
    NonFiniteTerm,
    Plan,
    Run,
    as_history,
    training_arrays,
)

VALID_BATCH = 1000
# Steps that TensorFlow takes between two returns to Python.
STEPS_PER_EXECUTION = 16


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
    algorithm, _ = make_optimizer(model, plan)
    compiled = keras.backend.backend() == "tensorflow"
    model.compile(
        optimizer=algorithm,
        jit_compile=False,  # XLA would drop the guard's assertions
        steps_per_execution=STEPS_PER_EXECUTION if compiled else 1,
    )
    name = f"Keras {type(model).__name__}"
    first = int(algorithm.iterations)
    with tqdm(total=epochs, desc=name, unit="epoch", disable=not progress) as bar:
        clock = _Clock(bar)
        callbacks: list[keras.callbacks.Callback] = [clock]
        if patience is not None:
            callbacks.append(
                keras.callbacks.EarlyStopping(
                    "val_loss", patience=patience, mode="min", restore_best_weights=True
                )
            )
        try:
            history = model.fit(
                train_x,
                validation_data=None if valid_x is None else (valid_x,),
                epochs=epochs,
                batch_size=batch_size,
                validation_batch_size=VALID_BATCH,
                callbacks=callbacks,
                verbose=0,
            ).history
        except Exception as error:
            found = error if isinstance(error, NonFiniteTerm) else non_finite_term(error)
            if found is None:
                raise
            epoch, step = divmod(int(algorithm.iterations) - first, plan.steps_per_epoch)
            rate = float(algorithm.learning_rate)
            raise NonFiniteError(found.term, epoch + 1, step + 1, rate) from None
    train = {key: values for key, values in history.items() if not key.startswith("val_")}
    valid = {key[4:]: values for key, values in history.items() if key.startswith("val_")}
    parameters = sum(math.prod(weight.shape) for weight in model.trainable_variables)
    return Run("Keras", model, as_history(model, train=train, valid=valid), clock.times, parameters)


class _Clock(keras.callbacks.Callback):
    """Note the time and move the bar at the end of each epoch."""

    def __init__(self, bar: tqdm):
        super().__init__()
        self.bar = bar
        self.times: list[float] = []
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.times.append(time.perf_counter() - self.start)
        logs = logs or {}
        self.bar.set_postfix(loss=f"{logs.get('val_loss', logs['loss']):.4g}", refresh=False)
        self.bar.update()
