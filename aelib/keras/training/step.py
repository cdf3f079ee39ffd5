"""One step of training: the terms, their gradient, the guard, the update."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.keras.training.autodiff import values_and_gradients
from aelib.training.objective import weighted_sum
from aelib.training.players import Player, name_loss

Batch = Mapping[str, Tensor]


class Scope(keras.Layer):
    """Run a function of a model so that its layers, such as dropout, know whether they train.

    Keras tells a layer so through the call of the layer around it, and `terms_of` has none.
    """

    def __init__(self, model: keras.Model):
        super().__init__()
        self.model = model
        self.built = True

    def call(self, x: Tensor, run: Callable[[], Any], training: bool) -> Any:
        return run()


def train_step(
    model: Any,
    player: Player,
    optimizer: keras.optimizers.Optimizer,
    own: Sequence[keras.Variable],
    batch: Batch,
    clip_norm: float | None = None,
    earlier: Sequence[Tensor] = (),
) -> dict[str, Tensor]:
    """Let a player move its own weights on one batch; return its terms, loss and "gradient".

    The last is the length of the gradient. Where a number is not finite, also one in `earlier`,
    weights and buffers stay as they were.
    """
    before = [ops.copy(buffer.value) for buffer in model.non_trainable_weights]
    values, gradients = values_and_gradients(
        lambda: values_of(model, player, batch, training=True), own
    )
    moved = [(g, weight) for g, weight in zip(gradients, own, strict=True) if g is not None]
    if not moved:
        raise ValueError(f"the loss of {player.name} depends on none of the weights it trains")
    norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g, _ in moved))

    def move() -> Tensor:
        gradients, weights = map(list, zip(*moved, strict=True))
        if clip_norm is not None:
            scale = ops.minimum(clip_norm / ops.maximum(norm, 1e-12), 1.0)
            gradients = [scale * g for g in gradients]
        optimizer.apply(gradients, weights)
        return norm

    def undo() -> Tensor:
        for buffer, value in zip(model.non_trainable_weights, before, strict=True):
            buffer.assign(value)
        return norm

    values["gradient"] = norm
    ops.cond(all_finite([*earlier, *values.values()]), move, undo)
    return values


def all_finite(numbers: Sequence[Tensor]) -> Tensor:
    """Return whether every number is neither NaN nor infinite, as a scalar of the graph."""
    return ops.all(ops.isfinite(ops.stack(list(numbers))))


def values_of(model: Any, player: Player, batch: Batch, training: bool) -> dict[str, Tensor]:
    """Return a player's terms, and last its loss, the weighted sum.

    What regularizers of the caller's layers ask for is the term "regularization" of the first
    player.
    """
    scope = Scope(model)
    first = next(iter(batch.values()))
    terms = dict(scope(first, run=lambda: model.terms_of(player, **batch), training=training))
    if model.losses and player.name == model.players[0].name:
        terms["regularization"] = sum(model.losses)
    loss = weighted_sum(terms, model.weights_now())
    return {**terms, name_loss(player, model.players): loss}


def run_after_step(model: Any, batch: Batch, values: Sequence[Tensor]) -> None:
    """Run the model's own rule on a batch, in training mode, where all values are finite."""
    first = next(iter(batch.values()))

    def rule() -> Tensor:
        Scope(model)(first, run=lambda: model.after_step(**batch), training=True)
        return ops.ones(())

    ops.cond(all_finite(values), rule, lambda: ops.zeros(()))


def weights_of(model: Any, player: Player) -> list[keras.Variable]:
    """Return the weights that a player trains, or raise `ValueError` for a part without any."""
    parts: list[Any] = [model]
    if player.parts is not None:
        parts = [_part(model, player, name) for name in player.parts]
    found: dict[int, keras.Variable] = {}
    for part in parts:
        weights = [part] if isinstance(part, keras.Variable) else part.trainable_weights
        found |= {id(weight): weight for weight in weights if weight.trainable}
    if not found:
        raise ValueError(
            f"{type(model).__name__} has no weights for the player {player.name} to train"
        )
    return list(found.values())


def _part(model: Any, player: Player, name: str) -> Any:
    try:
        return attrgetter(name)(model)
    except AttributeError:
        raise ValueError(
            f"the player {player.name} names the part {name!r}, and {type(model).__name__} has "
            "no such attribute"
        ) from None
