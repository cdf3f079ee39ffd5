"""Autoencoders whose units are charged for being active."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from aelib.checks import check_decay, check_penalty, check_target
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.penalties import bernoulli_divergence, l1_norm
from aelib.torch.losses.reconstruction import squared_error
from aelib.training.objective import Weight


class SparseAutoencoder(Autoencoder):
    r"""Charge a code for its active units: their sum, or how far their means are from a target.

    .. math:: L = \lVert x - g(z) \rVert^2 + \lambda S, \quad
        S_{\text{l1}} = \sum_i |z_i|, \quad
        S_{\text{kl}} = \sum_i \left[ \rho \log \frac{\rho}{\hat\rho_i}
              + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_i} \right]

    The first and the penalty "l1" are averaged over the batch; "kl" depends on the batch as a
    whole, through the mean :math:`\hat\rho_i` of each unit, whose codes must lie in (0, 1). With a
    decay, the mean is a moving average over batches, and the gradient that of the batch's own mean.
    Lee, Ekanadham & Ng (2008); Ng (2011).

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        penalty: "l1" or "kl".
        weight: lambda.
        target: rho, for the penalty "kl".
        decay: of the moving average, for the penalty "kl"; None takes each batch for itself.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `Autoencoder` does, for an unknown penalty, and for a target or a decay
    outside of (0, 1).
    """

    activity: Tensor
    seen: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        latent_dim: int,
        penalty: str = "l1",
        *,
        weight: Weight = 0.1,
        target: float = 0.1,
        decay: float | None = None,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.penalty, self.weight = check_penalty(penalty), weight
        self.target, self.decay = check_target(target), check_decay(decay)
        self.register_buffer("activity", torch.zeros(latent_dim))
        self.register_buffer("seen", torch.zeros(()))

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of the penalty."""
        return {"sparsity": self.weight}

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction", a mean over the batch, and "sparsity"."""
        z = self.encode(x)
        return {
            "reconstruction": squared_error(x, self.decode(z)).mean(),
            "sparsity": self.sparsity(z),
        }

    def sparsity(self, z: Tensor) -> Tensor:
        """Return the penalty on a batch of codes, a scalar."""
        if self.penalty == "l1":
            return l1_norm(z).mean()
        mean = z.mean(0)
        if self.decay is not None:
            activity, seen = self._average(self.decay, mean)
            mean = mean + (activity / seen - mean).detach()
        return bernoulli_divergence(self.target, mean)

    def after_step(self, x: Tensor, **given: Tensor) -> None:
        """Update the moving average of each unit's activity."""
        if self.decay is not None:
            activity, seen = self._average(self.decay, self.encode(x).mean(0))
            self.activity.copy_(activity)
            self.seen.copy_(seen)

    def _average(self, decay: float, mean: Tensor) -> tuple[Tensor, Tensor]:
        """Return the moving sum of the means with one more, and that of their weights."""
        return decay * self.activity + (1 - decay) * mean, decay * self.seen + (1 - decay)
