"""The contractive autoencoder."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from aelib.checks import check_probes
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.penalties import squared_jacobian
from aelib.torch.losses.reconstruction import squared_error
from aelib.training.objective import Weight


class ContractiveAutoencoder(Autoencoder):
    r"""Charge a code for changing with x.

    .. math:: L = \lVert x - g(f(x)) \rVert^2 + \lambda \lVert J_f(x) \rVert_F^2, \quad
        \lVert J_f(x) \rVert_F^2 = \sum_{i,p} \left( \frac{\partial f_i}{\partial x_p} \right)^2

    averaged over the batch, by automatic differentiation: exactly, one backward pass for each
    number of the code, or by an estimate of Hutchinson (1989) with K random vectors of signs v,

    .. math:: \lVert J \rVert_F^2 = E \lVert J^\top v \rVert^2, \quad
        \mathrm{Var} = \frac{2}{K} \sum_{i \neq j} (J J^\top)_{ij}^2

    Rifai et al. (2011). Every layer of the encoder must work on each example for itself.

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        weight: lambda.
        probes: K; None computes the penalty exactly.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `Autoencoder` does, and for probes below 1.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        latent_dim: int,
        *,
        weight: Weight = 0.1,
        probes: int | None = None,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.weight, self.probes = weight, check_probes(probes)

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of the penalty."""
        return {"contraction": self.weight}

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction" and "contraction", each a mean over the batch."""
        return {
            "reconstruction": squared_error(x, self(x)).mean(),
            "contraction": self.contraction(x).mean(),
        }

    def contraction(self, x: Tensor) -> Tensor:
        """Return the squared norm of the Jacobian, or its estimate. Shapes: -> (batch,)."""
        shape = (len(x), self.latent_dim)
        if self.probes is None:
            units = torch.eye(self.latent_dim, device=x.device)
            return squared_jacobian(self.encode, x, [unit.expand(shape) for unit in units])
        signs = [
            torch.sign(self.noise(f"probe {number}", shape, "uniform") - 0.5)
            for number in range(self.probes)
        ]
        return squared_jacobian(self.encode, x, signs) / self.probes
