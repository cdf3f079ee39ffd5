"""Standard networks: fully connected encoders and decoders of images."""

import math
from collections.abc import Sequence

import keras
from keras import layers

from aelib.checks import check_latent_dim

ACTIVATIONS = ("relu", "gelu", "tanh", "sigmoid")


def mlp_encoder(
    outputs: int,
    hidden: Sequence[int] = (100,),
    activation: str = "relu",
    input_shape: Sequence[int] = (28, 28),
) -> keras.Sequential:
    """Return a fully connected network from `(batch, *input_shape)` to `(batch, outputs)`.

    A deterministic model takes outputs = latent_dim, a VAE 2 latent_dim. The last layer is linear.
    Raises `ValueError` for an unknown activation or no outputs.
    """
    widths = [*hidden, check_latent_dim(outputs)]
    return keras.Sequential(
        [keras.Input(tuple(input_shape)), layers.Flatten(), *_dense(widths, activation)]
    )


def mlp_decoder(
    latent_dim: int,
    hidden: Sequence[int] = (100,),
    activation: str = "relu",
    output_shape: Sequence[int] = (28, 28),
) -> keras.Sequential:
    """Return a fully connected network from `(batch, latent_dim)` to `(batch, *output_shape)`.

    The last layer is linear: pixels for a squared error, logits for a Bernoulli likelihood.
    Raises `ValueError` for an unknown activation or a latent_dim below 1.
    """
    widths = [*hidden, math.prod(output_shape)]
    return keras.Sequential(
        [
            keras.Input((check_latent_dim(latent_dim),)),
            *_dense(widths, activation),
            layers.Reshape(tuple(output_shape)),
        ]
    )


def _dense(widths: Sequence[int], activation: str) -> list[layers.Layer]:
    if activation not in ACTIVATIONS:
        raise ValueError(f"activation must be one of {', '.join(ACTIVATIONS)}, got {activation!r}")
    hidden = [layers.Dense(width, activation=activation) for width in widths[:-1]]
    return [*hidden, layers.Dense(widths[-1])]
