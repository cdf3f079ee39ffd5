"""Tied weights: a decoder that uses the matrices of the encoder, transposed."""

from collections.abc import Sequence
from itertools import chain, dropwhile
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import layers, ops

from aelib.checks import check_can_be_mirrored
from aelib.keras.autoencoder import Autoencoder


class DenseTranspose(layers.Layer):
    r"""Apply the transposed matrix of a dense layer, and a bias of its own.

    .. math:: y = z W^\top + c, \quad \text{where the dense layer gives } z = x W + b

    The matrix is the dense layer's own, not a copy: it is trained once, with the sum of the
    gradients of both uses. Biases are not tied.

    Args:
        dense: the layer whose matrix is used, from (batch, inputs) to (batch, units).

    Shapes: (batch, units) -> (batch, inputs).

    Keras: a file describes each layer of a network, and would describe the dense one twice, as two
    layers. Save a `TiedAutoencoder`, which ties its layers again when it is loaded.
    """

    def __init__(self, dense: layers.Dense):
        super().__init__()
        self.dense = dense

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the bias, a number for each input of the dense layer."""
        self.bias = self.add_weight(
            shape=(self.dense.kernel.shape[0],), initializer="zeros", name="bias"
        )

    def call(self, z: Tensor) -> Tensor:
        """Return the outputs for z. Shapes: (batch, units) -> (batch, inputs)."""
        return ops.matmul(z, ops.transpose(self.dense.kernel)) + self.bias

    def get_config(self) -> dict[str, Any]:
        """Raise `NotImplementedError`: see above."""
        raise NotImplementedError(
            "a DenseTranspose cannot be described without the layer whose matrix it uses: save a "
            "TiedAutoencoder, or the weights alone with save_weights"
        )


@keras.saving.register_keras_serializable("aelib")
class TiedAutoencoder(Autoencoder):
    r"""Decode with the encoder's own matrices, transposed and in reverse order.

    .. math:: h_l = s(h_{l-1} W_l + b_l), \quad
        \hat h_{l-1} = s(\hat h_l W_l^\top + c_l), \quad \hat h_N = h_N = z, \quad \hat x = \hat h_0

    for layers l = 1, ..., N; h_0 is x, and the layers that give z and x have no activation s. The
    matrices are trained once, with the sum of the gradients of both uses; biases are not tied.

    Args:
        encoder: a sequence of dense layers and activations, as `mlp_encoder` makes it.
        latent_dim: how many numbers a code has.
        output_shape: the shape of one x.
        data_range: the closed range that x must lie in; None for any finite values.

    Attributes:
        decoder: made of a `DenseTranspose` for each dense layer of the encoder.

    Raises `ValueError` for an encoder with layers of another kind.
    """

    def __init__(
        self,
        encoder: keras.Sequential,
        latent_dim: int,
        output_shape: Sequence[int] = (28, 28),
        *,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, _mirror(encoder, output_shape), latent_dim, data_range=data_range)
        self.output_shape_of_x = tuple(output_shape)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs: the encoder, from which the decoder is made again."""
        return {
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "latent_dim": self.latent_dim,
            "output_shape": self.output_shape_of_x,
            "data_range": self.data_range,
        }


def _mirror(encoder: keras.Sequential, output_shape: Sequence[int]) -> keras.Sequential:
    steps = list(chain.from_iterable(map(_steps, encoder.layers)))
    check_can_be_mirrored(
        [type(s).__name__ for s in steps if s.weights and not isinstance(s, layers.Dense)]
    )
    # An activation of the code belongs to the code alone.
    back = dropwhile(lambda step: not isinstance(step, layers.Dense), reversed(steps))
    mirrored = [DenseTranspose(s) if isinstance(s, layers.Dense) else s for s in back]
    return keras.Sequential(
        [keras.Input(encoder.output_shape[1:]), *mirrored, layers.Reshape(tuple(output_shape))]
    )


def _steps(layer: layers.Layer) -> list[layers.Layer]:
    """Return what a layer does, its activation apart, and nothing for one that flattens."""
    if isinstance(layer, layers.Dense):
        return [layer, layers.Activation(layer.activation)]
    return [] if isinstance(layer, layers.Flatten) else [layer]
