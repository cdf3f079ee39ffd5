"""Train any model, with the data in memory."""

from collections.abc import Mapping
from typing import Any

from aelib.torch.trainable import Trainable
from aelib.torch.training.engine import Engine
from aelib.training.loop import train
from aelib.training.run import Run


def fit(
    model: Trainable,
    data: Any,
    epochs: int = 15,
    *,
    valid: Any = None,
    batch_size: int = 256,
    optimizer: Any = "adam",
    learning_rate: float | Mapping[str, float] | None = None,
    schedule: str | None = None,
    clip_norm: float | Mapping[str, float] | None = None,
    patience: int | None = None,
    progress: bool = True,
) -> Run:
    """Train a model on data that is held in memory, and return what happened.

    Where a model has several players, `optimizer`, `learning_rate` and `clip_norm` may be a dict
    with a value for some of them, by name.

    Args:
        model: what to train; it is moved to the accelerator where there is one.
        data: a `Dataset`, an array, a `Split`, or arrays by name, as the model's `inputs` say.
        epochs: passes over the training part, at most.
        valid: what to measure after each epoch, in the same form; a `Dataset` brings its own.
        batch_size: examples a step; the last batch of an epoch may be smaller, or larger by one.
        optimizer: "sgd", "rmsprop", "adam" or "nadam", or an optimizer of the framework, which
            keeps its own learning rate and takes neither schedule nor clip_norm.
        learning_rate: the rate, or the peak of the schedule; 0.003 where it is not given.
        schedule: "one_cycle", the default, climbs for 30 % of the steps from a 25th of the rate
            and falls to 0 along a half cosine; "constant" keeps the rate.
        clip_norm: scale a gradient down to this Euclidean norm where it is longer.
        patience: stop once the validation loss has not improved for so many epochs, and go back
            to the best weights.
        progress: whether to show a progress bar.

    Raises:
        ValueError: the data do not fit the model, or an option is not one of those above.
        TypeError: the model or the data are of another kind.
        NonFiniteError: a term, a gradient, a weight or a validation loss became NaN or infinite;
            the model keeps its last finite weights and buffers.
        Interrupted: by the keyboard; the exception holds the run so far.
    """
    return train(
        Engine,
        model,
        data,
        valid,
        progress,
        epochs=epochs,
        batch_size=batch_size,
        optimizer=optimizer,
        learning_rate=learning_rate,
        schedule=schedule,
        clip_norm=clip_norm,
        patience=patience,
    )
