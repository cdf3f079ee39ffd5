"""Standard networks: convolutional encoders and decoders of images."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from aelib.checks import check_halvings
from aelib.keras.nets.mlp import mlp_decoder, mlp_encoder

# Both frameworks read and paint the same windows: a border of 1 on each side.
HALF: dict[str, Any] = {"kernel_size": 4, "strides": 2, "padding": "same"}


def conv_encoder(
    outputs: int,
    channels: Sequence[int] = (8, 16),
    hidden: Sequence[int] = (128,),
    activation: str = "gelu",
    input_shape: Sequence[int] = (28, 28),
) -> keras.Sequential:
    """Return a network from `(batch, *input_shape)` to `(batch, outputs)`, convolutions first.

    Each of `channels` is a convolution with kernels of side 4 and stride 2, which halves both
    sides, each of `hidden` a dense layer after them. The last layer is linear. A deterministic
    model takes outputs = latent_dim, a VAE 2 latent_dim.

    Weights start uniform (Glorot & Bengio, 2010), biases at 0, in both frameworks.

    Raises `ValueError` for an unknown activation, no outputs, or sides that cannot be halved.
    """
    grid = check_halvings(input_shape, channels)
    dense = mlp_encoder(outputs, hidden, activation, (channels[-1], *grid))
    net = [keras.Input(tuple(input_shape)), layers.Reshape((*input_shape, 1))]
    net += [layers.Conv2D(width, activation=activation, **HALF) for width in channels]
    # PyTorch flattens the channels first.
    return keras.Sequential([*net, layers.Permute((3, 1, 2)), *dense.layers])


def conv_decoder(
    latent_dim: int,
    channels: Sequence[int] = (16, 8),
    hidden: Sequence[int] = (128,),
    activation: str = "gelu",
    output_shape: Sequence[int] = (28, 28),
) -> keras.Sequential:
    """Return a network from `(batch, latent_dim)` to `(batch, *output_shape)`, dense first.

    After the dense layers of `hidden`, one more gives a small image with `channels[0]` channels;
    each of `channels` is the input of a transposed convolution with kernels of side 4 and stride 2,
    which doubles both sides. The last layer is linear: pixels for a squared error, logits for a
    Bernoulli likelihood.

    Weights start uniform (Glorot & Bengio, 2010), biases at 0, in both frameworks.

    Raises `ValueError` for an unknown activation, a latent_dim below 1, or sides that cannot be
    halved.
    """
    grid = check_halvings(output_shape, channels)
    dense = mlp_decoder(latent_dim, hidden, activation, (channels[0], *grid))
    net = [keras.Input((latent_dim,)), *dense.layers, layers.Activation(activation)]
    net.append(layers.Permute((2, 3, 1)))
    net += [layers.Conv2DTranspose(c, activation=activation, **HALF) for c in channels[1:]]
    net.append(layers.Conv2DTranspose(1, **HALF))
    return keras.Sequential([*net, layers.Reshape(tuple(output_shape))])
