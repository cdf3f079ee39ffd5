"""The variational autoencoder whose codes carry as many nats as they are told to."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_capacity, check_share_kept
from aelib.keras.variational.vae import VAE
from aelib.training.objective import Weight


@keras.saving.register_keras_serializable("aelib")
class CapacityVAE(VAE):
    r"""Hold KL at a target that grows during training.

    .. math:: L = -E_{q(z|x)} \log p(x|z) + \gamma \, \lvert KL(q(z|x) \,\|\, p(z)) - C(t) \rvert,
              \quad C(t) = C \min(t / s, 1)

    with KL a mean over the batch, the progress t of the training in [0, 1] and the share s of the
    steps that the target grows for. Where gamma is larger than the nats of reconstruction that one
    more nat of KL would buy, KL stays at C. Burgess et al. (2018).

    Args:
        encoder: a network from (batch, ...) to (batch, 2 latent_dim): the mean, then log sigma^2.
        decoder: a network from (batch, latent_dim) to the shape of x: logits for the likelihood
            "bernoulli", means for "gaussian".
        latent_dim: how many numbers a code has.
        capacity: C, in nats.
        weight: gamma, or a function of the progress.
        ramp: s.
        likelihood: "bernoulli" for pixels in [0, 1]; "gaussian" for N(decoder(z), I).
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `VAE` does, for a negative capacity, and for a ramp outside of (0, 1].
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        capacity: float = 10.0,
        *,
        weight: Weight = 10.0,
        ramp: float = 0.5,
        likelihood: str = "bernoulli",
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(
            encoder, decoder, latent_dim, beta=0.0, likelihood=likelihood, data_range=data_range
        )
        self.capacity, self.weight = check_capacity(capacity), weight
        self.ramp = check_share_kept(ramp, "ramp")

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of the distance from the target; KL itself is only reported."""
        return {"kl": self.beta, "distance": self.weight}

    def target(self) -> Tensor:
        """Return C(t), in nats, a scalar."""
        return self.capacity * ops.minimum(self.progress / self.ramp, 1.0)

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction" and "kl", means over the batch, and "distance", in nats."""
        terms = super().loss_terms(x, **given)
        distance = ops.abs(terms["kl"] - self.target())
        return {**terms, "distance": distance}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        config = super().get_config()
        del config["beta"]
        own = {"capacity": self.capacity, "weight": self.weight, "ramp": self.ramp}
        return {**config, **own}
