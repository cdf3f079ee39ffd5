"""Denoising diffusion over vectors, such as the codes of an autoencoder."""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_alpha_bar, check_even, check_latent_dim, check_width
from aelib.keras.losses.reconstruction import squared_error
from aelib.keras.trainable import Trainable
from aelib.training.players import Player


@keras.saving.register_keras_serializable("aelib")
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
        self, network: keras.Model, latent_dim: int, alpha_bar: Sequence[float], features: int = 32
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
        k = ops.arange(half, dtype="float32")
        angles = ops.cast(t, "float32")[:, None] * ops.exp(-math.log(10_000.0) * k / half)
        return ops.concatenate([ops.cos(angles), ops.sin(angles)], axis=1)

    def predict_noise(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the noise in x_t. Shapes: (batch, latent_dim), (batch,) -> (batch, latent_dim)."""
        noise = self.network(ops.concatenate([x, self.embed(t)], axis=1))
        check_width("the network", noise.shape, self.latent_dim, "the noise of each number")
        return noise

    def loss_terms(self, x: Tensor) -> dict[str, Tensor]:
        """Return "noise", the squared error of the noise, a mean over the batch."""
        check_width("x", x.shape, self.latent_dim, "the numbers of a vector")
        shares = ops.convert_to_tensor(self.alpha_bar, dtype="float32")
        uniform = self.noise("time", (ops.shape(x)[0],), "uniform")
        index = ops.cast(uniform * len(self.alpha_bar), "int32")
        share = ops.take(shares, index)[:, None]
        noise = self.noise("epsilon", ops.shape(x))
        noisy = ops.sqrt(share) * x + ops.sqrt(1 - share) * noise
        error = squared_error(noise, self.predict_noise(noisy, index + 1))
        return {"noise": ops.mean(error)}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        return {
            "network": keras.saving.serialize_keras_object(self.network),
            "latent_dim": self.latent_dim,
            "alpha_bar": self.alpha_bar,
            "features": self.features,
        }
