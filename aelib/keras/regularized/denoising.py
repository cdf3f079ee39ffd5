"""The denoising autoencoder."""

from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.keras.autoencoder import Autoencoder
from aelib.keras.losses.reconstruction import squared_error


@keras.saving.register_keras_serializable("aelib")
class DenoisingAutoencoder(Autoencoder):
    r"""Reconstruct x from a corrupted copy of it.

    .. math:: L = \lVert x - g(f(\tilde x)) \rVert^2, \quad \tilde x \sim C(\tilde x \mid x)

    averaged over the batch. In training every batch is corrupted anew; in use, also in validation,
    x goes in as it is. Vincent et al. (2008, 2010).

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        corruption: C, a layer such as `GaussianNoise` that acts in training only.
        data_range: the closed range that x must lie in; None, for any finite values, is the default
            here, since what is to be denoised may have left the range of the data.

    Raises `ValueError` as `Autoencoder` does.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        corruption: keras.Layer,
        *,
        data_range: tuple[float, float] | None = None,
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.corruption = corruption

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction" of the clean x, a mean over the batch."""
        return {"reconstruction": ops.mean(squared_error(x, self(self.corruption(x))))}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        corruption = keras.saving.serialize_keras_object(self.corruption)
        return {**super().get_config(), "corruption": corruption}
