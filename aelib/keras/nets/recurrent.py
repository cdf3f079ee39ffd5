"""Recurrent encoders and decoders of sequences.

The gate that keeps the state starts open, with a bias of 1 (Jozefowicz et al., 2015).
"""

from collections.abc import Sequence

import keras
from keras import layers, ops

from aelib.checks import check_latent_dim

CELLS = {"gru": layers.GRU, "lstm": layers.LSTM}


def recurrent_encoder(
    outputs: int,
    units: int = 64,
    cell: str = "gru",
    input_shape: Sequence[int] = (32, 1),
) -> keras.Model:
    """Return a network from `(batch, *input_shape)` and a mask to `(batch, outputs)`.

    One recurrent layer reads the steps in their order, and a dense layer, which is linear, takes
    its state after the last step of each sequence. The mask, (batch, steps), is true for the steps
    of a sequence, which come first. Raises `ValueError` for an unknown cell, or no outputs.
    """
    x = keras.Input(tuple(input_shape), name="x")
    mask = keras.Input(tuple(input_shape)[:1], dtype="bool", name="mask")
    recurrent = _recurrent(cell, units)
    code = layers.Dense(check_latent_dim(outputs))(recurrent(x, mask=mask))
    return _opened(recurrent, keras.Model([x, mask], code))


def recurrent_decoder(
    latent_dim: int,
    units: int = 64,
    cell: str = "gru",
    output_shape: Sequence[int] = (32, 1),
) -> keras.Sequential:
    """Return a network from `(batch, latent_dim)` to `(batch, *output_shape)`, steps and features.

    The code is repeated: one recurrent layer gets it at every step, and nothing else, and a dense
    layer, which is linear, turns each state into the features of a step. Raises `ValueError` for
    an unknown cell, or a latent_dim below 1.
    """
    steps, features = output_shape
    recurrent = _recurrent(cell, units, return_sequences=True)
    network = keras.Sequential(
        [
            keras.Input((check_latent_dim(latent_dim),)),
            layers.RepeatVector(steps),
            recurrent,
            layers.Dense(features),
        ]
    )
    return _opened(recurrent, network)


def _recurrent(cell: str, units: int, return_sequences: bool = False) -> layers.Layer:
    if cell not in CELLS:
        raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
    return CELLS[cell](units, return_sequences=return_sequences)


def _opened(recurrent: layers.Layer, network: keras.Model) -> keras.Model:
    """Return the network, with the update gate of its GRU open; Keras does this for an LSTM."""
    if isinstance(recurrent, layers.GRU):
        bias = ops.convert_to_numpy(recurrent.cell.bias).copy()
        bias[0, : recurrent.units] = 1.0
        recurrent.cell.bias.assign(bias)
    return network
