"""Recurrent encoders and decoders of sequences.

The gate that keeps the state starts open, with a bias of 1 (Jozefowicz et al., 2015).
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from aelib.checks import check_latent_dim
from aelib.torch.nets.mlp import glorot_linear

CELLS = {"gru": nn.GRU, "lstm": nn.LSTM}


def recurrent_encoder(
    outputs: int,
    units: int = 64,
    cell: str = "gru",
    input_shape: Sequence[int] = (32, 1),
) -> nn.Module:
    """Return a network from `(batch, *input_shape)` and a mask to `(batch, outputs)`.

    One recurrent layer reads the steps in their order, and a dense layer, which is linear, takes
    its state after the last step of each sequence. The mask, (batch, steps), is true for the steps
    of a sequence, which come first. Raises `ValueError` for an unknown cell, or no outputs.
    """
    return _Encoder(_recurrent(cell, input_shape[-1], units), check_latent_dim(outputs))


def recurrent_decoder(
    latent_dim: int,
    units: int = 64,
    cell: str = "gru",
    output_shape: Sequence[int] = (32, 1),
) -> nn.Module:
    """Return a network from `(batch, latent_dim)` to `(batch, *output_shape)`, steps and features.

    The code is repeated: one recurrent layer gets it at every step, and nothing else, and a dense
    layer, which is linear, turns each state into the features of a step. Raises `ValueError` for
    an unknown cell, or a latent_dim below 1.
    """
    return _Decoder(_recurrent(cell, check_latent_dim(latent_dim), units), *output_shape)


class _Encoder(nn.Module):
    def __init__(self, recurrent: nn.RNNBase, outputs: int):
        super().__init__()
        self.recurrent = recurrent
        self.dense = glorot_linear(recurrent.hidden_size, outputs)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        states, _ = self.recurrent(x)
        # A state depends on no later step, so what comes after the last one changes nothing.
        last = mask.sum(dim=1) - 1
        return self.dense(states[torch.arange(len(x), device=x.device), last])


class _Decoder(nn.Module):
    def __init__(self, recurrent: nn.RNNBase, steps: int, features: int):
        super().__init__()
        self.steps = steps
        self.recurrent = recurrent
        self.dense = glorot_linear(recurrent.hidden_size, features)

    def forward(self, z: Tensor) -> Tensor:
        states, _ = self.recurrent(z[:, None].expand(-1, self.steps, -1))
        return self.dense(states)


def _recurrent(cell: str, inputs: int, units: int) -> nn.RNNBase:
    if cell not in CELLS:
        raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
    layer = CELLS[cell](inputs, units, batch_first=True)
    # As in Keras (Saxe et al., 2014, for the recurrent kernel); PyTorch draws all from one range.
    nn.init.xavier_uniform_(layer.weight_ih_l0)
    nn.init.orthogonal_(layer.weight_hh_l0)
    nn.init.zeros_(layer.bias_ih_l0)
    nn.init.zeros_(layer.bias_hh_l0)
    with torch.no_grad():  # the forget gate of an LSTM, the update gate of a GRU
        layer.bias_ih_l0[units : 2 * units] = 1.0
    return layer
