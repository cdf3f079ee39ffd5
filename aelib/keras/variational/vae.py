"""The variational autoencoder."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_width
from aelib.keras.autoencoder import Autoencoder
from aelib.keras.losses.divergences import kl_standard_normal
from aelib.keras.losses.reconstruction import bernoulli_nll
from aelib.keras.losses.reparameterization import reparameterize

# An image unlike all others can get a log-variance whose exponential swamps the loss, or overflows.
# Beside a prior of variance 1, a variance outside of this range says nothing more.
LOG_VAR_RANGE = (-20.0, 10.0)


@keras.saving.register_keras_serializable("aelib")
class VAE(Autoencoder):
    r"""Encode x as a distribution, and pay for the nats that the code carries.

    .. math:: L = -E_{q(z|x)} \log p(x|z) + \beta\, KL(q(z|x) \,\|\, N(0, I)),
              \quad q(z|x) = N(\mu(x), \mathrm{diag}(\sigma^2(x)))

    with Bernoulli pixels and one sample of z an example. For beta = 1, -L is a lower bound of
    log p(x), in nats. Kingma & Welling (2014); Rezende, Mohamed & Wierstra (2014); beta:
    Higgins et al. (2017).

    Args:
        encoder: a network from (batch, ...) to (batch, 2 latent_dim): the mean, then log sigma^2.
        decoder: a network from (batch, latent_dim) to logits in the shape of x.
        latent_dim: how many numbers a code has.
        beta: the weight of KL; reconstruction is summed over the pixels.

    Raises `ValueError` for a latent_dim below 1, a negative beta, or an encoder whose output has
    another width.
    """

    prior = "standard_normal"
    term_names = ("reconstruction", "kl")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        beta: float = 1.0,
        **kwargs: Any,
    ):
        super().__init__(encoder, decoder, latent_dim, **kwargs)
        if not beta >= 0:
            raise ValueError(f"beta must be at least 0, got {beta!r}")
        self.beta = beta
        self.seed_generator = keras.random.SeedGenerator()

    @property
    def loss_weights(self) -> Mapping[str, float]:
        """The weight of KL."""
        return {"kl": self.beta}

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x), the latter clipped to `LOG_VAR_RANGE`.

        Shapes: (batch, ...) -> 2 (batch, latent_dim).
        """
        parameters = self.encoder(x)
        check_width(
            "the encoder",
            parameters.shape,
            2 * self.latent_dim,
            "the mean and then the log-variance",
        )
        mean, log_var = ops.split(parameters, 2, axis=-1)
        return mean, ops.clip(log_var, *LOG_VAR_RANGE)

    def encode(self, x: Tensor) -> Tensor:
        """Return the posterior means of x. Shapes: (batch, ...) -> (batch, latent_dim)."""
        mean, _ = self.posterior(x)
        return mean

    def decode(self, z: Tensor) -> Tensor:
        """Return the probability of each pixel. Shapes: (batch, latent_dim) -> (batch, ...)."""
        return ops.sigmoid(self.decoder(z))

    def noise_like(self, mean: Tensor) -> Tensor:
        """Return standard normal noise for one sample of each code."""
        return keras.random.normal(ops.shape(mean), seed=self.seed_generator)

    def loss_terms(self, x: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction" and "kl", in nats, each a mean over the batch."""
        mean, log_var = self.posterior(x)
        z = reparameterize(mean, log_var, self.noise_like(mean))
        return {
            "reconstruction": ops.mean(bernoulli_nll(x, self.decoder(z))),
            "kl": ops.mean(kl_standard_normal(mean, log_var)),
        }

    def sample(self, n: int) -> Tensor:
        """Return n examples decoded from z ~ N(0, I). Shapes: () -> (n, ...)."""
        return self.decode(keras.random.normal((n, self.latent_dim), seed=self.seed_generator))

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        return {**super().get_config(), "beta": self.beta}
