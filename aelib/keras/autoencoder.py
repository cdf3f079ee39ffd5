"""The base of every type: an encoder, a decoder, and an objective made of named terms."""

from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_latent_dim, check_width
from aelib.keras.losses.reconstruction import squared_error
from aelib.keras.trainable import Trainable
from aelib.training.players import Player


@keras.saving.register_keras_serializable("aelib")
class Autoencoder(Trainable):
    r"""Reconstruct x through a code z, by the squared error.

    .. math:: \hat x = g(f(x)), \quad L = \lVert x - \hat x \rVert^2

    summed over the pixels of one example and averaged over the batch. A new type overrides
    `loss_terms`, and `loss_weights` where a term has a weight other than 1.

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        data_range: the closed range that x must lie in; None for any finite values.

    Attributes:
        code_shape: the shape of one code.
        vocabulary: None where a code holds real numbers; where it holds whole ones, they lie
            between 0 and this, exclusive.

    Raises `ValueError` for a latent_dim below 1, or an encoder whose output has another width.
    """

    players: tuple[Player, ...] = (Player("autoencoder"),)
    vocabulary: int | None = None

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        *,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(data_range=data_range)
        self.latent_dim = check_latent_dim(latent_dim)
        self.encoder = encoder
        self.decoder = decoder

    @property
    def code_shape(self) -> tuple[int, ...]:
        """The shape of one code."""
        return (self.latent_dim,)

    def encode(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return the codes of x. Shapes: (batch, ...) -> (batch, latent_dim)."""
        z = self.encoder(x)
        check_width("the encoder", z.shape, self.latent_dim, "the code")
        return z

    def decode(self, z: Tensor, **given: Tensor) -> Tensor:
        """Return the reconstructions of codes. Shapes: (batch, latent_dim) -> (batch, ...)."""
        return self.decoder(z)

    def call(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return decode(encode(x))."""
        return self.decode(self.encode(x, **given), **given)

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the unweighted terms of the loss by name, each a mean over the batch."""
        return {"reconstruction": ops.mean(squared_error(x, self(x, **given)))}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        return {
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "latent_dim": self.latent_dim,
            "data_range": self.data_range,
        }
