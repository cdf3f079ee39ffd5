"""An autoencoder whose codes are pushed towards bits."""

from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.keras.autoencoder import Autoencoder
from aelib.keras.losses.reconstruction import squared_error
from aelib.keras.nets.corruption import GaussianNoise


@keras.saving.register_keras_serializable("aelib")
class HashingAutoencoder(Autoencoder):
    r"""Push codes towards 0 and 1 by noise in front of a sigmoid.

    .. math:: L = \lVert x - g(\tilde z) \rVert^2, \quad
        \tilde z = s(f(x) + \sigma \varepsilon), \quad \varepsilon \sim N(0, I), \quad
        s(a) = \frac{1}{1 + e^{-a}}

    averaged over the batch. Only logits that are large beside the noise keep what they say through
    it, and then s gives nearly 0 or 1. In use, also in validation, there is no noise, and a code is
    z = s(f(x)). Salakhutdinov & Hinton (2009).

    Args:
        encoder: f, a network from (batch, ...) to logits (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        sigma: the standard deviation of the noise, in the units of the logits.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `Autoencoder` does, and for a negative sigma.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        sigma: float = 4.0,
        *,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.sigma, self.channel = sigma, GaussianNoise(sigma)

    def encode(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return the codes of x, numbers from 0 to 1. Shapes: -> (batch, latent_dim)."""
        return ops.sigmoid(super().encode(x))

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction", a mean over the batch."""
        z = ops.sigmoid(self.channel(super().encode(x)))
        return {"reconstruction": ops.mean(squared_error(x, self.decode(z)))}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        return {**super().get_config(), "sigma": self.sigma}
