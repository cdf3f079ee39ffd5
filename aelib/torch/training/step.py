"""One step of training: the terms, their gradient, the guard, the update."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from aelib.torch.trainable import Trainable
from aelib.training.guard import not_finite
from aelib.training.objective import weighted_sum, weights_at
from aelib.training.players import Player, name_loss

Batch = Mapping[str, Tensor]


def train_step(
    model: Trainable,
    player: Player,
    optimizer: Optimizer,
    own: Sequence[nn.Parameter],
    batch: Batch,
    clip_norm: float | None = None,
) -> dict[str, float]:
    """Let a player move its own weights on one batch; return its terms, loss and "gradient".

    The last is the length of the gradient. Where a number is not finite, weights and buffers stay
    as they were.
    """
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    values = values_of(model, player, batch)
    *_, loss = values.values()
    optimizer.zero_grad()
    if loss.requires_grad:
        loss.backward(inputs=list(own))
    gradients = [weight.grad for weight in own if weight.grad is not None]
    if not gradients:
        raise ValueError(f"the loss of {player.name} depends on none of the weights it trains")
    values["gradient"] = nn.utils.get_total_norm(gradients)
    # One transfer from the device, and one wait for it, for everything.
    numbers = torch.stack([value.detach() for value in values.values()]).tolist()
    found = dict(zip(values, numbers, strict=True))
    if not_finite(found, numbers):
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        return found
    if clip_norm is not None:
        nn.utils.clip_grads_with_norm_(own, clip_norm, values["gradient"])
    optimizer.step()
    return found


def values_of(model: Trainable, player: Player, batch: Batch) -> dict[str, Tensor]:
    """Return a player's terms, and last its loss, the weighted sum."""
    terms = model.terms_of(player, **batch)
    loss = weighted_sum(terms, weights_at(model.loss_weights, model.progress))
    return {**terms, name_loss(player, model.players): loss}


def weights_of(model: Trainable, player: Player) -> list[nn.Parameter]:
    """Return the weights that a player trains, or raise `ValueError` for a part without any."""
    parts: list[Any] = [model]
    if player.parts is not None:
        parts = [_part(model, player, name) for name in player.parts]
    found: dict[int, nn.Parameter] = {}
    for part in parts:
        weights: Any = [part] if isinstance(part, Tensor) else part.parameters()
        found |= {id(weight): weight for weight in weights if weight.requires_grad}
    if not found:
        raise ValueError(
            f"{type(model).__name__} has no weights for the player {player.name} to train"
        )
    return list(found.values())


def _part(model: Trainable, player: Player, name: str) -> Any:
    try:
        return attrgetter(name)(model)
    except AttributeError:
        raise ValueError(
            f"the player {player.name} names the part {name!r}, and {type(model).__name__} has "
            "no such attribute"
        ) from None
