"""The variational autoencoder that finds the noise of its decoder."""

import math
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_decoder_sigma
from aelib.keras.losses.reconstruction import gaussian_nll, squared_error
from aelib.keras.losses.reparameterization import keep_in_range
from aelib.keras.variational.vae import VAE
from aelib.training.objective import Weight

# A decoder that rebuilds an image exactly would drive its noise to 0, and the density to infinity.
LEAST_LOG_SIGMA = -6.0


@keras.saving.register_keras_serializable("aelib")
class SigmaVAE(VAE):
    r"""Give the pixels normal noise of a standard deviation that the data decide.

    .. math:: L = E_{q(z|x)} \left[ \frac{\lVert x - g(z) \rVert^2}{2 s^2} + D \log s
              + \tfrac{D}{2} \log 2\pi \right] + \beta\, KL(q(z|x) \,\|\, p(z))

    with D pixels. The s with the least L is the root of the mean squared error over images and
    pixels; held there, the networks rest where they rest with the squared error and the weight
    2 beta s^2 of KL. For beta = 1, -L is a lower bound of log p(x), in nats: with an s of the
    model; with that of a batch, up to the fit of one number; but not with one of each image, since
    the largest of many densities is no density. s stays above e^-6. Rybkin, Daniilidis & Levine
    (2021).

    Args:
        encoder: a network from (batch, ...) to (batch, 2 latent_dim): the mean, then log sigma^2.
        decoder: a network from (batch, latent_dim) to the shape of x, the means of the pixels.
        latent_dim: how many numbers a code has.
        sigma: s, or where it comes from: "learned" is a weight of the model, 1 at first; "batch"
            is the root of the mean squared error of each batch, "image" that of each image.
        beta: the weight of KL, or a function of the progress.
        data_range: the closed range that x must lie in; None for any finite values.

    Attributes:
        sources: where s may come from.

    Raises `ValueError` as `VAE` does, and for a sigma that is neither of these nor above 0.
    """

    sources: tuple[str, ...] = ("learned", "batch", "image")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        sigma: float | str = "learned",
        *,
        beta: Weight = 1.0,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(
            encoder, decoder, latent_dim, beta=beta, likelihood="gaussian", data_range=data_range
        )
        self.sigma = check_decoder_sigma(sigma, self.sources)
        start = 0.0 if isinstance(sigma, str) else math.log(sigma)
        self.log_sigma = self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(start),
            trainable=sigma == "learned",
            name="log_sigma",
        )

    def nll(self, x: Tensor, z: Tensor, **given: Tensor) -> Tensor:
        """Return -log p(x|z) of each example, in nats. Shapes: (batch, ...) -> (batch,)."""
        mean = self.decoder(z)
        return gaussian_nll(x, mean, self.log_scale(x, mean))

    def log_scale(self, x: Tensor, mean: Tensor) -> Tensor:
        """Return log s. Shapes: 2 (batch, ...) -> (), or (batch,) where each image has its own."""
        if self.sigma not in ("batch", "image"):
            return keep_in_range(self.log_sigma, LEAST_LOG_SIGMA, math.inf)
        squared = squared_error(x, mean) / math.prod(mean.shape[1:])
        if self.sigma == "batch":
            squared = ops.mean(squared)
        return 0.5 * ops.log(ops.maximum(squared, math.exp(2 * LEAST_LOG_SIGMA)))

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        config = {**super().get_config(), "sigma": self.sigma}
        del config["likelihood"]
        return config
