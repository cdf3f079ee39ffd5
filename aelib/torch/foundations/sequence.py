"""An autoencoder of sequences of varying length."""

from collections.abc import Mapping

from numpy.typing import NDArray
from torch import Tensor

from aelib.checks import check_mask, check_width
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.reconstruction import squared_error


class SequenceAutoencoder(Autoencoder):
    r"""Reconstruct sequences of varying length, by the squared error of their own steps.

    .. math:: z = f(x_1, \dots, x_n), \quad \hat x_1, \dots, \hat x_T = g(z), \quad
              L = \sum_{t=1}^{n} \lVert x_t - \hat x_t \rVert^2

    averaged over the batch. The sequences of a batch are padded at their ends to one number T of
    steps; `mask`, (batch, T), is 1 for the n steps of a sequence, which come first, and 0 after
    them. What stands in the padded steps changes neither codes nor loss. Srivastava et al. (2015).

    Args:
        encoder: f, a network from x (batch, T, features) and the mask to (batch, latent_dim), such
            as `recurrent_encoder` makes.
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `Autoencoder` does, and for a mask that is not of that form.

    PyTorch: the encoder is called with both, x and the mask as booleans.
    """

    inputs = ("x", "mask")

    def check(self, batch: Mapping[str, NDArray]) -> None:
        """Raise `ValueError` unless the mask is ones, at least one, and then zeros, a step each."""
        check_mask(batch["mask"], batch.get("x"))

    def encode(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the codes of x. Shapes: (batch, T, ...), (batch, T) -> (batch, latent_dim)."""
        z = self.encoder(x, mask > 0)
        check_width("the encoder", z.shape, self.latent_dim, "the code")
        return z

    def decode(self, z: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the reconstructions of codes, all T steps; with a mask, 0 where it is 0."""
        x_hat = self.decoder(z)
        return x_hat if mask is None else x_hat.where(mask[..., None] > 0, 0.0)

    def loss_terms(self, x: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction", of the steps of each sequence, a mean over the batch."""
        own = x.where(mask[..., None] > 0, 0.0)
        return {"reconstruction": squared_error(own, self(x, mask=mask)).mean()}
