"""The linear variational autoencoder, whose optimum is known: probabilistic PCA."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from aelib.torch.losses.divergences import kl_standard_normal
from aelib.torch.losses.reconstruction import gaussian_nll
from aelib.torch.losses.reparameterization import keep_in_range
from aelib.torch.nets.mlp import mlp_decoder, mlp_encoder
from aelib.torch.variational.sigma import SigmaVAE
from aelib.torch.variational.vae import LOG_VAR_RANGE
from aelib.training.objective import Weight


class LinearVAE(SigmaVAE):
    r"""Encode and decode by matrices, with one variance for each code, the same for all x.

    .. math:: q(z|x) = N(W_f x + b_f, \mathrm{diag}(\sigma^2)), \quad
              p(x|z) = N(W_g z + b_g, s^2 I)

    The expectation in the loss needs no draw, since with a linear decoder

    .. math:: E_{q(z|x)} \lVert x - W_g z - b_g \rVert^2 = \lVert x - \hat x \rVert^2
              + \sum_j \sigma_j^2 \lVert w_j \rVert^2, \quad \hat x = W_g (W_f x + b_f) + b_g

    with the columns w_j of W_g. Where lambda_j is the variance of x along principal direction j,
    the optimum uses direction j only if lambda_j > beta s^2, at KL 1/2 log(lambda_j / (beta s^2)).
    For beta = 1 and a learned s it is probabilistic PCA. Tipping & Bishop (1999); Lucas et al.
    (2019).

    Args:
        latent_dim: how many numbers a code has.
        shape: the shape of one x.
        sigma: s, a number; "learned" makes it a weight of the model, 1 at first.
        beta: the weight of KL, or a function of the progress.
        data_range: the closed range that x must lie in; None, the default, for any finite values,
            since it trains faster where the mean of the data was subtracted.

    Raises `ValueError` for a latent_dim below 1, a negative beta, and another sigma.
    """

    sources = ("learned",)

    def __init__(
        self,
        latent_dim: int,
        shape: Sequence[int] = (28, 28),
        sigma: float | str = "learned",
        *,
        beta: Weight = 1.0,
        data_range: tuple[float, float] | None = None,
    ):
        encoder = mlp_encoder(latent_dim, (), input_shape=shape)
        decoder = mlp_decoder(latent_dim, (), output_shape=shape)
        super().__init__(encoder, decoder, latent_dim, sigma, beta=beta, data_range=data_range)
        self.log_var = nn.Parameter(torch.zeros(latent_dim))

    def posterior(self, x: Tensor, **given: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x). Shapes: (batch, ...) -> 2 (batch, latent_dim)."""
        mean = self.encoder(x)
        return mean, keep_in_range(self.log_var, *LOG_VAR_RANGE).expand_as(mean)

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction" and "kl", in nats, each a mean over the batch, without a draw."""
        mean, log_var = self.posterior(x)
        x_hat = self.decoder(mean)
        log_scale = self.log_scale(x, x_hat)
        columns = self.decoder.get_parameter("0.weight").square().sum(0)
        spread = (log_var.exp() * columns).sum(1)
        nll = gaussian_nll(x, x_hat, log_scale) + 0.5 * spread * (-2 * log_scale).exp()
        return {"reconstruction": nll.mean(), "kl": kl_standard_normal(mean, log_var).mean()}
