"""What `fit` needs of a model, and nothing more."""

from collections.abc import Mapping

import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.torch.noise import Noisy
from aelib.training.objective import Weight
from aelib.training.players import Player


class Trainable(Noisy):
    """A model with an objective: named inputs, named terms, and players who lower them.

    An `Autoencoder` is one, and so is a classifier of frozen codes, or a GAN that makes codes. A
    type gives `loss_terms`, or, where it has several players, `terms_of`.

    Attributes:
        inputs: the names of the arrays of a batch, in the order that the methods take them; the
            first is `x`.
        integers: those of the inputs that hold whole numbers, such as labels.
        players: who moves which parts of the model; by default one player moves everything.
        data_range: the closed range that x must lie in; None for any finite values.
        progress: how far the training is, a scalar from 0 to 1; after it, 1. A temperature or a
            slope may depend on it.
    """

    inputs: tuple[str, ...] = ("x",)
    integers: tuple[str, ...] = ()
    players: tuple[Player, ...] = (Player("model"),)
    progress: Tensor

    def __init__(self, *, data_range: tuple[float, float] | None = None):
        super().__init__()
        self.data_range = None if data_range is None else tuple(data_range)
        self.register_buffer("progress", torch.zeros(()))

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of each term; an absent one is 1, a function is one of the progress."""
        return {}

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the unweighted terms of the loss by name, each a mean over the batch."""
        raise TypeError(f"{type(self).__name__} defines neither loss_terms nor terms_of")

    def terms_of(self, player: Player, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the terms that a player lowers; with a single player, `loss_terms`."""
        return self.loss_terms(x, **given)

    def after_step(self, x: Tensor, **given: Tensor) -> None:
        """Do what no gradient does, such as a moving average, once all players have moved.

        It runs after each batch of a training, in training mode, without gradients.
        """

    def check(self, batch: Mapping[str, NDArray]) -> None:
        """Raise `ValueError` for inputs that the model cannot work with.

        The arrays already have the right names, equal lengths and finite values.
        """
