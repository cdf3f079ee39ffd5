"""The base of every type: an encoder, a decoder, and an objective made of named terms."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_latent_dim, check_width
from aelib.keras.losses.reconstruction import squared_error
from aelib.keras.training.step import measure, train_step


@keras.saving.register_keras_serializable("aelib")
class Autoencoder(keras.Model):
    r"""Reconstruct x through a code z, by the squared error.

    .. math:: \hat x = g(f(x)), \quad L = \lVert x - \hat x \rVert^2

    summed over the pixels of one example and averaged over the batch. A new type overrides
    `loss_terms`, names its terms in `term_names`, and overrides `loss_weights` where a term has a
    weight other than 1. `compile(optimizer)` and `fit(x)` of Keras work as for any model;
    with `jit_compile=True` XLA drops the guard against non-finite numbers.

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` for a latent_dim below 1, or an encoder whose output has another width.
    """

    prior: str | None = None
    term_names: tuple[str, ...] = ("reconstruction",)

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        *,
        data_range: tuple[float, float] | None = (0.0, 1.0),
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.latent_dim = check_latent_dim(latent_dim)
        self.data_range = data_range
        self.encoder = encoder
        self.decoder = decoder
        self.means = {name: keras.metrics.Mean(name=name) for name in (*self.term_names, "loss")}

    @property
    def loss_weights(self) -> Mapping[str, float]:
        """The weight of each term of the loss; an absent one is 1."""
        return {}

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes of x. Shapes: (batch, ...) -> (batch, latent_dim)."""
        z = self.encoder(x)
        check_width("the encoder", z.shape, self.latent_dim, "the code")
        return z

    def decode(self, z: Tensor) -> Tensor:
        """Return the reconstructions of codes. Shapes: (batch, latent_dim) -> (batch, ...)."""
        return self.decoder(z)

    def call(self, x: Tensor) -> Tensor:
        """Return decode(encode(x))."""
        return self.decode(self.encode(x))

    def loss_terms(self, x: Tensor) -> dict[str, Tensor]:
        """Return the unweighted terms of the loss by name, each a mean over the batch."""
        return {"reconstruction": ops.mean(squared_error(x, self(x)))}

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Update the weights on one batch; `keras.Model.fit` calls this."""
        return self._record(data, train_step)

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Measure one batch; `keras.Model.evaluate` calls this."""
        return self._record(data, measure)

    def _record(self, data: Any, step: Any) -> dict[str, Tensor]:
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        for name, value in step(self, x).items():
            self.means[name].update_state(value, sample_weight=ops.shape(x)[0])
        return {name: mean.result() for name, mean in self.means.items()}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        return {
            **super().get_config(),
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "latent_dim": self.latent_dim,
            "data_range": self.data_range,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Autoencoder":
        """Make the model that `get_config` described."""
        nets = {
            part: keras.saving.deserialize_keras_object(config[part])
            for part in ("encoder", "decoder")
        }
        return cls(**{**config, **nets})
