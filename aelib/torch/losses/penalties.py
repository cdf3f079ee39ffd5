"""What a code is charged for: its size, how often its units are active, how fast it changes."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from aelib.torch.training.autodiff import vjp


def l1_norm(z: Tensor) -> Tensor:
    r"""Return the sum of the sizes of the numbers of each code.

    .. math:: \lVert z \rVert_1 = \sum_i |z_i|

    Shapes: (batch, latent_dim) -> (batch,).
    """
    return z.abs().sum(1)


def bernoulli_divergence(target: float, mean: Tensor) -> Tensor:
    r"""Return how far the mean activities of all units are from a target, in nats.

    .. math:: \sum_i \left[ \rho \log \frac{\rho}{\hat\rho_i}
              + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_i} \right]

    the divergence of a coin that falls on 1 with probability :math:`\rho` from one with
    probability :math:`\hat\rho_i`; it is 0 where they are equal, infinite where a mean is 0 or 1.
    Shapes: (latent_dim,) -> (). Lee, Ekanadham & Ng (2008); Ng (2011).
    """
    on = target * (math.log(target) - mean.log())
    off = (1 - target) * (math.log1p(-target) - torch.log1p(-mean))
    return (on + off).sum()


def squared_jacobian(
    function: Callable[[Tensor], Tensor], x: Tensor, directions: Sequence[Tensor]
) -> Tensor:
    r"""Return the squared lengths of directions of the code, pulled back through a function.

    .. math:: \sum_k \lVert J(x)^\top v_k \rVert^2, \quad
        J_{ip}(x) = \frac{\partial f_i(x)}{\partial x_p}

    For the unit vectors of the code this is :math:`\lVert J(x) \rVert_F^2`; for random v with
    :math:`E\,v v^\top = I` it is an estimate of it. The function works on each example for itself.
    Shapes: x (batch, ...), directions (batch, latent_dim) each -> (batch,). Hutchinson
    (1989).
    """
    pulled = vjp(function, x, directions)
    return sum(p.square().flatten(1).sum(1) for p in pulled)  # type: ignore[return-value]
