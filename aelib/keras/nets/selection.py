"""Selections: layers that keep the largest numbers of a code, or of a batch of codes."""

from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import layers, ops

from aelib.checks import check_k, check_share_kept


@keras.saving.register_keras_serializable("aelib")
class TopK(layers.Layer):
    r"""Keep the k largest numbers of each code, and set the others to 0.

    .. math:: y_i = z_i \text{ if } z_i \text{ is among the } k \text{ largest of } z,
        \text{ else } 0

    The gradient passes through the numbers that are kept. Exactly k are, also where some are equal.

    Args:
        k: how many are kept.

    Shapes: (batch, latent_dim) -> the same. Raises `ValueError` for a k below 1. Makhzani & Frey
    (2014).
    """

    def __init__(self, k: int):
        super().__init__()
        self.k = check_k(k)
        self.built = True

    def call(self, z: Tensor) -> Tensor:
        """Return z with all but the k largest numbers of each code set to 0."""
        _, places = ops.top_k(z, self.k, sorted=False)
        kept = ops.sum(ops.one_hot(places, z.shape[-1]), axis=-2)
        return ops.where(kept > 0, z, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return {"k": self.k}


@keras.saving.register_keras_serializable("aelib")
class WinnerTakeAll(layers.Layer):
    r"""Keep, in training, each unit's largest values in the batch, and set the others to 0.

    .. math:: y_{bi} = z_{bi} \text{ if } z_{bi} \text{ is among the } \lceil p B \rceil
        \text{ largest of } z_{1i}, \dots, z_{Bi}, \text{ else } 0

    with B examples in the batch. The gradient passes through the values that are kept. In use all
    values are kept: which ones win depends on the batch.

    Args:
        share: p, the share of the examples of a batch that a unit is active for.

    Shapes: (batch, latent_dim) -> the same. Raises `ValueError` for a share outside of (0, 1].
    Makhzani & Frey (2015).
    """

    def __init__(self, share: float):
        super().__init__()
        self.share = check_share_kept(share)
        self.built = True

    def call(self, z: Tensor, training: bool = False) -> Tensor:
        """Return, in training, z with all but each unit's winners set to 0; in use z itself."""
        if not training:
            return z
        examples = ops.shape(z)[0]
        winners = ops.cast(ops.ceil(self.share * ops.cast(examples, z.dtype)), "int32")
        order = ops.argsort(ops.argsort(-z, axis=0), axis=0)  # 0 for a unit's largest value
        return ops.where(order < winners, z, 0.0)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs."""
        return {"share": self.share}
