"""Standard networks: convolutional encoders and decoders of images."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from torch import nn

from aelib.checks import check_halvings
from aelib.torch.nets.mlp import ACTIVATIONS, mlp_decoder, mlp_encoder

# Both frameworks read and paint the same windows: a border of 1 on each side.
HALF: dict[str, Any] = {"kernel_size": 4, "stride": 2, "padding": 1}


def conv_encoder(
    outputs: int,
    channels: Sequence[int] = (8, 16),
    hidden: Sequence[int] = (128,),
    activation: str = "gelu",
    input_shape: Sequence[int] = (28, 28),
) -> nn.Sequential:
    """Return a network from `(batch, *input_shape)` to `(batch, outputs)`, convolutions first.

    Each of `channels` is a convolution with kernels of side 4 and stride 2, which halves both
    sides, each of `hidden` a dense layer after them. The last layer is linear. A deterministic
    model takes outputs = latent_dim, a VAE 2 latent_dim.

    Weights start uniform (Glorot & Bengio, 2010), biases at 0, in both frameworks.

    Raises `ValueError` for an unknown activation, no outputs, or sides that cannot be halved.
    """
    grid = check_halvings(input_shape, channels)
    dense = mlp_encoder(outputs, hidden, activation, (channels[-1], *grid))
    layers: list[nn.Module] = [nn.Unflatten(1, (1, input_shape[0]))]
    for before, after in pairwise((1, *channels)):
        layers += [_glorot(nn.Conv2d(before, after, **HALF)), ACTIVATIONS[activation]()]
    return nn.Sequential(*layers, *dense)


def conv_decoder(
    latent_dim: int,
    channels: Sequence[int] = (16, 8),
    hidden: Sequence[int] = (128,),
    activation: str = "gelu",
    output_shape: Sequence[int] = (28, 28),
) -> nn.Sequential:
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
    layers = list(mlp_decoder(latent_dim, hidden, activation, (channels[0], *grid)))
    for before, after in pairwise((*channels, 1)):
        layers += [ACTIVATIONS[activation](), _glorot(nn.ConvTranspose2d(before, after, **HALF))]
    return nn.Sequential(*layers, nn.Flatten(1, 2))


def _glorot(layer: Any) -> Any:
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
