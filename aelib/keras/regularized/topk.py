"""Autoencoders of which few units are active: k for each example, or a share for each unit."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_k
from aelib.keras.autoencoder import Autoencoder
from aelib.keras.losses.reconstruction import squared_error
from aelib.keras.nets.selection import TopK, WinnerTakeAll
from aelib.training.objective import Weight


@keras.saving.register_keras_serializable("aelib")
class TopKAutoencoder(Autoencoder):
    r"""Reconstruct x from the k largest numbers of its code.

    .. math:: L = \lVert x - g(z) \rVert^2 + \lambda R, \quad z = \mathrm{top}_k(f(x))

    averaged over the batch. A unit is dead when no example of the last `dead_after` batches had it
    in its code with a value other than 0; "dead", the share of such units, has the weight 0: it is
    recorded, and not trained. Makhzani & Frey (2014).

    With a weight for revival, the dead units are trained to rebuild what the others leave:

    .. math:: R = \lVert \mathrm{sg}(x - g(z)) - (g(z_d) - g(0)) \rVert^2

    with sg, which passes no gradient, and the largest `k_aux` numbers z_d of f(x) among the dead
    units. R is 0 where no unit is dead. Gao et al. (2025), appendix A.2.

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        k: how many of them are not 0.
        revival: the weight lambda; None leaves the term out.
        k_aux: how many dead units of an example are trained; None takes half of all units.
        dead_after: how many batches a unit may rest.
        data_range: the closed range that x must lie in; None for any finite values.

    Attributes:
        idle: of each unit, for how many batches it has rested.

    Raises `ValueError` as `Autoencoder` does, and for a k below 1 or above latent_dim.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        k: int,
        *,
        revival: Weight | None = None,
        k_aux: int | None = None,
        dead_after: int = 100,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.k, self.revival, self.dead_after = check_k(k, latent_dim), revival, dead_after
        half = max(latent_dim // 2, 1)
        self.k_aux = check_k(half if k_aux is None else k_aux, latent_dim, "k_aux")
        self.select, self.select_dead = TopK(k), TopK(self.k_aux)
        self.idle = self.add_weight(
            shape=(latent_dim,), initializer="zeros", trainable=False, name="idle"
        )

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of the revival; the share of dead units is only watched."""
        return {"dead": 0.0} if self.revival is None else {"dead": 0.0, "revival": self.revival}

    def encode(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return the codes of x, k numbers of each not 0. Shapes: -> (batch, latent_dim)."""
        return self.select(super().encode(x))

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the terms by name, each a mean over the batch."""
        z = super().encode(x)
        x_hat, dead = self.decode(self.select(z)), self.idle >= self.dead_after
        terms = {
            "reconstruction": ops.mean(squared_error(x, x_hat)),
            "dead": ops.mean(ops.cast(dead, x.dtype)),
        }
        if self.revival is not None:
            terms["revival"] = self._revival(ops.stop_gradient(x - x_hat), z, dead)
        return terms

    def _revival(self, error: Tensor, z: Tensor, dead: Tensor) -> Tensor:
        chosen = self.select_dead(ops.where(dead, z, -np.inf))
        z_dead = ops.where(dead, chosen, 0.0)
        rebuilt = self.decode(z_dead) - self.decode(ops.zeros_like(z[:1]))
        return ops.cast(ops.any(dead), z.dtype) * ops.mean(squared_error(error, rebuilt))

    def after_step(self, x: Tensor, **given: Tensor) -> None:
        """Count for how many batches each unit has rested."""
        active = ops.any(self.encode(x) != 0, axis=0)
        self.idle.assign(ops.where(active, 0.0, self.idle + 1))

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        names = ("k", "revival", "k_aux", "dead_after")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("aelib")
class WinnerTakeAllAutoencoder(Autoencoder):
    r"""Reconstruct x, in training, from those units for which it is a winner of the batch.

    .. math:: L = \lVert x - g(\mathrm{win}_p(f(x))) \rVert^2

    averaged over the batch. Each unit is active for a share p of the examples of a batch, those
    that it answers to most. In use, also in validation, all units answer. Makhzani & Frey (2015).

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        latent_dim: how many numbers a code has.
        share: p.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `Autoencoder` does, and for a share outside of (0, 1].
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        latent_dim: int,
        share: float = 0.05,
        *,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.share, self.select = share, WinnerTakeAll(share)

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction", a mean over the batch."""
        x_hat = self.decode(self.select(self.encode(x)))
        return {"reconstruction": ops.mean(squared_error(x, x_hat))}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        return {**super().get_config(), "share": self.share}
