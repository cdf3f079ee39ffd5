"""Who trains what: the players of an objective."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Player:
    """One side of an objective: some parts of a model, moved to lower a loss of their own.

    Most models have a single player, who moves every weight. An adversarial one has two or three.
    In each batch the players move in their order; each has its own optimizer, and its gradient
    reaches the weights of its own parts only. A part that no player names is frozen.

    Attributes:
        name: what the history and the options of `fit` call it.
        parts: names of attributes of the model: networks, layers or weights; None stands for
            everything that the model can train.
        steps: how many times it moves in a batch.
    """

    name: str
    parts: tuple[str, ...] | None = None
    steps: int = 1

    def __post_init__(self) -> None:
        if isinstance(self.parts, str):
            raise ValueError(f"parts must be a tuple of names, got the string {self.parts!r}")
        if self.steps < 1:
            raise ValueError(f"steps of {self.name} must be at least 1, got {self.steps!r}")


def moves(players: Sequence[Player]) -> Iterator[Player]:
    """Yield who moves in a step, in turn: each player as often as its steps say."""
    for player in players:
        yield from [player] * player.steps


def name_loss(player: Player, players: Sequence[Player]) -> str:
    """Return what a history calls a player's loss: the first player's is the model's."""
    return "loss" if player.name == players[0].name else f"{player.name} loss"
