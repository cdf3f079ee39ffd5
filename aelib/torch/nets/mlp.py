"""Standard networks: fully connected encoders and decoders of images."""

import math
from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from aelib.checks import check_latent_dim

ACTIVATIONS = {"relu": nn.ReLU, "gelu": nn.GELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


def mlp_encoder(
    outputs: int,
    hidden: Sequence[int] = (100,),
    activation: str = "relu",
    input_shape: Sequence[int] = (28, 28),
) -> nn.Sequential:
    """Return a fully connected network from `(batch, *input_shape)` to `(batch, outputs)`.

    A deterministic model takes outputs = latent_dim, a VAE 2 latent_dim. The last layer is linear.
    Raises `ValueError` for an unknown activation or no outputs.
    """
    widths = [math.prod(input_shape), *hidden, check_latent_dim(outputs)]
    return nn.Sequential(nn.Flatten(), *_dense(widths, activation))


def mlp_decoder(
    latent_dim: int,
    hidden: Sequence[int] = (100,),
    activation: str = "relu",
    output_shape: Sequence[int] = (28, 28),
) -> nn.Sequential:
    """Return a fully connected network from `(batch, latent_dim)` to `(batch, *output_shape)`.

    The last layer is linear: pixels for a squared error, logits for a Bernoulli likelihood.
    Raises `ValueError` for an unknown activation or a latent_dim below 1.
    """
    widths = [check_latent_dim(latent_dim), *hidden, math.prod(output_shape)]
    return nn.Sequential(*_dense(widths, activation), nn.Unflatten(1, tuple(output_shape)))


def _dense(widths: Sequence[int], activation: str) -> list[nn.Module]:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [glorot_linear(inputs, outputs), ACTIVATIONS[activation]()]
    return layers[:-1]


def glorot_linear(inputs: int, outputs: int) -> nn.Linear:
    """Return a layer that starts as one of Keras does (Glorot & Bengio, 2010), with biases of 0.

    PyTorch's own start is narrower, and slower here.
    """
    layer = nn.Linear(inputs, outputs)
    nn.init.xavier_uniform_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
