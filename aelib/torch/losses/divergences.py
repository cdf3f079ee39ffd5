"""How far the posterior of each example is from the prior, in nats."""

import torch
from torch import Tensor


def kl_standard_normal(mean: Tensor, log_var: Tensor) -> Tensor:
    r"""Return KL(N(mean, exp(log_var)) || N(0, I)) of each example, in nats.

    .. math:: \tfrac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log\sigma_j^2)

    `expm1` keeps the difference exact near log_var = 0, where the terms cancel.
    Shapes: mean and log_var (batch, latent_dim) -> (batch,). Kingma & Welling (2014), appendix B.
    """
    return 0.5 * torch.sum(mean.square() + torch.expm1(log_var) - log_var, dim=-1)


def kl_of_codes(mean: Tensor, log_var: Tensor) -> Tensor:
    r"""Return KL(N(mean, exp(log_var)) || N(0, 1)) of each number of a code, in nats.

    .. math:: \tfrac12 (\mu_j^2 + \sigma_j^2 - 1 - \log\sigma_j^2)

    Shapes: mean and log_var (batch, latent_dim) -> the same. Their sum is `kl_standard_normal`.
    """
    return kl_standard_normal(mean[..., None], log_var[..., None])
