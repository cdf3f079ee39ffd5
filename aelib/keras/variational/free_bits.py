"""The variational autoencoder whose codes have some nats for free."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_free
from aelib.keras.losses.divergences import kl_of_codes
from aelib.keras.variational.vae import VAE
from aelib.training.objective import Weight


@keras.saving.register_keras_serializable("aelib")
class FreeBitsVAE(VAE):
    r"""Charge no code for its first nats, so that it does not pay to fall silent.

    .. math:: L = -E_{q(z|x)} \log p(x|z)
              + \beta \sum_j \max\left(\lambda, \frac1B \sum_b KL_j(x_b)\right)

    with KL_j(x) = KL(q(z_j|x) || p(z_j)) of code j, in nats, and the B examples of a batch. The
    maximum is taken for each code, of a mean over the batch: below lambda a code has no gradient
    of KL, from any example. Kingma et al. (2016), appendix C.8.

    Args:
        encoder: a network from (batch, ...) to (batch, 2 latent_dim): the mean, then log sigma^2.
        decoder: a network from (batch, latent_dim) to the shape of x: logits for the likelihood
            "bernoulli", means for "gaussian".
        latent_dim: how many numbers a code has.
        free: lambda, the nats of each code that cost nothing.
        beta: the weight of KL, or a function of the progress.
        likelihood: "bernoulli" for pixels in [0, 1]; "gaussian" for N(decoder(z), I).
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `VAE` does, and for a negative lambda.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        free: float = 0.1,
        *,
        beta: Weight = 1.0,
        likelihood: str = "bernoulli",
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(
            encoder, decoder, latent_dim, beta=beta, likelihood=likelihood, data_range=data_range
        )
        self.free = check_free(free)

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of KL, and of what it lacks to the floor."""
        return {"kl": self.beta, "floor": self.beta}

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction", "kl", and "floor", in nats, each a mean over the batch.

        The last is the sum over codes of max(0, lambda - KL_j): "kl" stays the whole divergence.
        """
        mean, log_var = self.posterior(x, **given)
        z = self.draw(mean, log_var)
        kl = ops.mean(kl_of_codes(mean, log_var), axis=0)
        return {
            "reconstruction": ops.mean(self.nll(x, z, **given)),
            "kl": ops.sum(kl),
            "floor": ops.sum(ops.relu(self.free - kl)),
        }

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return {**super().get_config(), "free": self.free}
