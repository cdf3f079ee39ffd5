"""The denoising autoencoder."""

from torch import Tensor, nn

from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.reconstruction import squared_error


class DenoisingAutoencoder(Autoencoder):
    r"""Reconstruct x from a corrupted copy of it.

    .. math:: L = \lVert x - g(f(\tilde x)) \rVert^2, \quad \tilde x \sim C(\tilde x \mid x)

    averaged over the batch. In training every batch is corrupted anew; in use, also in validation,
    x goes in as it is. Vincent et al. (2008, 2010).

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        corruption: C, a layer such as `GaussianNoise` that acts in training only.
        data_range: the closed range that x must lie in; None, for any finite values, is the default
            here, since what is to be denoised may have left the range of the data.

    Raises `ValueError` as `Autoencoder` does.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        latent_dim: int,
        corruption: nn.Module,
        *,
        data_range: tuple[float, float] | None = None,
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.corruption = corruption

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction" of the clean x, a mean over the batch."""
        return {"reconstruction": squared_error(x, self(self.corruption(x))).mean()}
