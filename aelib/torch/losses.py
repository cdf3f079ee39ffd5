"""Losses of each example: sums over what it has (pixels, codes), in nats where they are logs."""

import torch
import torch.nn.functional as F
from torch import Tensor

from aelib.checks import check_same_shape


def squared_error(x: Tensor, x_hat: Tensor) -> Tensor:
    r"""Return the squared error of each example.

    .. math:: \lVert x - \hat x \rVert^2 = \sum_j (x_j - \hat x_j)^2

    Up to a constant and a factor 1/2 this is -log N(x; x_hat, I).
    Shapes: x and x_hat (batch, ...) -> (batch,). Raises `ValueError` where the shapes differ.
    """
    check_same_shape(x.shape, x_hat.shape)
    return (x - x_hat).square().flatten(1).sum(1)


def bernoulli_nll(x: Tensor, logits: Tensor) -> Tensor:
    r"""Return the negative log-likelihood of each example under independent Bernoulli pixels.

    .. math:: -\sum_j \left[ x_j \log p_j + (1 - x_j) \log (1 - p_j) \right],
              \quad p_j = 1 / (1 + e^{-\ell_j})

    In nats, from the logits, so that no log(0) can occur. For gray pixels x in [0, 1] it is a
    cross-entropy: its minimum over p is the entropy of x, not 0.
    Shapes: x and logits (batch, ...) -> (batch,). Raises `ValueError` where the shapes differ.
    Kingma & Welling (2014), appendix C.1.
    """
    check_same_shape(x.shape, logits.shape)
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def kl_standard_normal(mean: Tensor, log_var: Tensor) -> Tensor:
    r"""Return KL(N(mean, exp(log_var)) || N(0, I)) of each example, in nats.

    .. math:: \tfrac12 \sum_i (\mu_i^2 + \sigma_i^2 - 1 - \log\sigma_i^2)

    `expm1` keeps the difference exact near log_var = 0, where the terms cancel.
    Shapes: mean and log_var (batch, latent_dim) -> (batch,). Kingma & Welling (2014), appendix B.
    """
    return 0.5 * torch.sum(mean.square() + torch.expm1(log_var) - log_var, dim=-1)
