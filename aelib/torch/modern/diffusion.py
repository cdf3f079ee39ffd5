"""Denoising diffusion over vectors, such as the codes of an autoencoder."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from aelib.checks import check_alpha_bar, check_even, check_latent_dim, check_width
from aelib.torch.losses.reconstruction import squared_error
from aelib.torch.trainable import Trainable
from aelib.training.players import Player


class CodeDiffusion(Trainable):
    r"""Learn to see the noise in a vector, at every level of noise.

    .. math:: L = E\, \lVert \varepsilon - \varepsilon_\theta(x_t, t) \rVert^2, \quad
              x_t = \sqrt{\bar\alpha_t}\, x + \sqrt{1 - \bar\alpha_t}\, \varepsilon, \quad
              \varepsilon \sim N(0, I)

    a sum over the numbers of a vector and a mean over the batch, with a t for each vector, each
    from 1 to T as likely as another. Where x has mean 0 and variance 1 in each number, x_t has it
    at every t, so standardize the codes. `aelib.draw_codes` turns noise into vectors.
    Ho, Jain & Abbeel (2020).

    Args:
        network: from (batch, latent_dim + features) to (batch, latent_dim): it gets the noisy
            vector and, after it, cosines and sines of t.
        latent_dim: how many numbers a vector has.
        alpha_bar: the share of the variance of x_t that is signal, for each t; from 1 to 0.
        features: how many numbers tell t, an even number.

    Raises `ValueError` for shares that do not fall, an odd number of features, or a network of
    another width.
    """

    players = (Player("denoiser"),)

    def __init__(
        self, network: nn.Module, latent_dim: int, alpha_bar: Sequence[float], features: int = 32
    ):
        super().__init__(data_range=None)
        self.network = network
        self.latent_dim = check_latent_dim(latent_dim)
        self.alpha_bar = check_alpha_bar(alpha_bar)
        self.features = check_even(features, "features")

    def embed(self, t: Tensor) -> Tensor:
        r"""Return what the network is told of t. Shapes: (batch,) -> (batch, features).

        .. math:: \cos(t / 10^{4 k / K}), \sin(t / 10^{4 k / K}), \quad k = 0, \dots, K - 1

        with K half the number of features. Vaswani et al. (2017).
        """
        half = self.features // 2
        k = torch.arange(half, device=t.device, dtype=torch.float32)
        angles = t.float()[:, None] * torch.exp(-math.log(10_000.0) * k / half)
        return torch.cat([angles.cos(), angles.sin()], dim=1)

    def predict_noise(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the noise in x_t. Shapes: (batch, latent_dim), (batch,) -> (batch, latent_dim)."""
        noise = self.network(torch.cat([x, self.embed(t)], dim=1))
        check_width("the network", noise.shape, self.latent_dim, "the noise of each number")
        return noise

    def loss_terms(self, x: Tensor) -> dict[str, Tensor]:
        """Return "noise", the squared error of the noise, a mean over the batch."""
        check_width("x", x.shape, self.latent_dim, "the numbers of a vector")
        shares = torch.tensor(self.alpha_bar, device=x.device)
        index = (self.noise("time", (len(x),), "uniform") * len(shares)).long()
        share = shares[index][:, None]
        noise = self.noise("epsilon", tuple(x.shape))
        noisy = share.sqrt() * x + (1 - share).sqrt() * noise
        return {"noise": squared_error(noise, self.predict_noise(noisy, index + 1)).mean()}
