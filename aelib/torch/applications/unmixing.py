"""Hyperspectral unmixing: codes that are shares, and a decoder whose rows are spectra."""

from collections.abc import Mapping, Sequence
from math import prod

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn

from aelib.checks import check_endmembers, check_error
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.reconstruction import spectral_angle, squared_error
from aelib.training.objective import Weight

ERRORS = {"angle": spectral_angle, "squared": squared_error}


class UnmixingAutoencoder(Autoencoder):
    r"""Take a pixel apart into endmembers: spectra that are mixed in shares.

    .. math:: L = \theta\Bigl(x, \sum_j z_j e_j\Bigr)
              + \lambda \, \frac{2}{k (k - 1)} \sum_{i < j} \theta(e_i, e_j), \quad
              z = \mathrm{softmax}(f(x)), \quad e_j \ge 0

    with the spectral angle theta, the first term averaged over the batch. Codes are the abundances:
    not negative, with the sum 1. The decoder is a matrix without a bias, whose rows are the
    endmembers e_j; after each step its negative entries are set to 0. They are what the decoder
    makes of the unit codes, `aelib.decode(model, np.eye(latent_dim))`. The second term is the
    spread, the mean angle between two of them: of all endmembers that explain the pixels, a small
    weight chooses those that lie close together. Palsson et al. (2018), without the spread; Miao
    & Qi (2007) ask for a small volume.

    The scale of an endmember is not determined: with c e_j in place of e_j, and z_j / c, the sum 1
    restored, no angle changes.

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        latent_dim: how many endmembers there are, k.
        output_shape: the shape of one x.
        endmembers: what they are at first, `(latent_dim, *output_shape)`; None draws every one
            of their numbers from 0 to 1.
        spread: the weight lambda, or a function of the progress.
        error: "angle", or "squared" for the squared error in place of the first angle.
        data_range: the closed range that x must lie in; None, the default, for any finite values.

    Raises `ValueError` for fewer than 2 endmembers, some of another shape or below 0, and another
    error.
    """

    def __init__(
        self,
        encoder: nn.Module,
        latent_dim: int,
        output_shape: Sequence[int] = (28, 28),
        *,
        endmembers: ArrayLike | None = None,
        spread: Weight = 0.03,
        error: str = "angle",
        data_range: tuple[float, float] | None = None,
    ):
        start = check_endmembers(endmembers, latent_dim, output_shape)
        mix = nn.Linear(latent_dim, prod(output_shape), bias=False)
        if start is None:
            nn.init.uniform_(mix.weight)
        else:
            mix.weight.data = torch.tensor(start.T)
        decoder = nn.Sequential(mix, nn.Unflatten(1, tuple(output_shape)))
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.spread, self.error = spread, check_error(error)

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of the spread."""
        return {"spread": self.spread}

    def encode(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return the abundances in x. Shapes: (batch, ...) -> (batch, latent_dim)."""
        return super().encode(x).softmax(1)

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction", a mean over the batch, and "spread", one over the pairs."""
        endmembers = self.decode(torch.eye(self.latent_dim, device=x.device))
        first, second = torch.triu_indices(self.latent_dim, self.latent_dim, 1, device=x.device)
        return {
            "reconstruction": ERRORS[self.error](x, self(x)).mean(),
            "spread": spectral_angle(endmembers[first], endmembers[second]).mean(),
        }

    def after_step(self, x: Tensor, **given: Tensor) -> None:
        """Set what is negative in the endmembers to 0."""
        self.decoder.get_parameter("0.weight").clamp_(min=0)
