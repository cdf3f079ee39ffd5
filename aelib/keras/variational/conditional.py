"""The conditional variational autoencoder."""

import math
from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops
from numpy.typing import NDArray

from aelib.checks import check_labels
from aelib.keras.variational.vae import VAE
from aelib.training.objective import Weight


@keras.saving.register_keras_serializable("aelib")
class ConditionalVAE(VAE):
    r"""Tell encoder and decoder the label, and leave to the code what the label does not say.

    .. math:: L = -E_{q(z|x,y)} \log p(x|z,y) + \beta\, KL(q(z|x,y) \,\|\, N(0, I))

    For beta = 1, -L is a lower bound of log p(x|y), in nats. The prior does not depend on y, so a
    code drawn from it can be decoded with any label. Both networks take flat arrays: the pixels of
    x, or the code, and after them the label as `classes` numbers, one of them 1 and the others 0.
    Kingma et al. (2014); Sohn, Lee & Yan (2015).

    Args:
        encoder: a network from (batch, pixels + classes) to (batch, 2 latent_dim).
        decoder: a network from (batch, latent_dim + classes) to the shape of x.
        latent_dim: how many numbers a code has.
        classes: how many labels there are, from 0 to classes - 1.
        beta: the weight of KL, or a function of the progress.
        likelihood: "bernoulli" for pixels in [0, 1]; "gaussian" for N(decoder(z, y), I).
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `VAE` does, and for labels outside of their range.
    """

    inputs = ("x", "y")
    integers = ("y",)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        classes: int = 10,
        *,
        beta: Weight = 1.0,
        likelihood: str = "bernoulli",
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(
            encoder, decoder, latent_dim, beta=beta, likelihood=likelihood, data_range=data_range
        )
        self.classes = classes

    def check(self, batch: Mapping[str, NDArray]) -> None:
        """Raise `ValueError` for labels outside of 0 to classes - 1."""
        check_labels(batch["y"], self.classes)

    def join(self, values: Tensor, y: Tensor) -> Tensor:
        """Return flat values and the label after them. Shapes: -> (batch, numbers + classes)."""
        flat = ops.reshape(values, (-1, math.prod(values.shape[1:])))
        return ops.concatenate([flat, ops.one_hot(y, self.classes)], axis=1)

    def posterior(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x, y). Shapes: -> 2 (batch, latent_dim)."""
        return super().posterior(self.join(x, y))

    def decode(self, z: Tensor, y: Tensor) -> Tensor:
        """Return the mean of p(x|z, y). Shapes: (batch, latent_dim), (batch,) -> (batch, ...)."""
        return super().decode(self.join(z, y))

    def nll(self, x: Tensor, z: Tensor, y: Tensor) -> Tensor:
        """Return -log p(x|z, y) of each example, in nats. Shapes: -> (batch,)."""
        return super().nll(x, self.join(z, y))

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        return {**super().get_config(), "classes": self.classes}
