"""A recurrent layer: kernels (inputs, gates * units) and (units, gates * units), and biases.

The gates of an LSTM stand in the order input, forget, candidate, output, and it has one bias; those
of a GRU in the order update, reset, candidate, and it has two, as the reset gate acts on what the
recurrent kernel and its bias give. PyTorch's LSTM has two biases and uses their sum; written, the
first gets the sum and the second 0.
"""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from aelib.layouts import Arrays, Layout, Layouts

# Which neutral block stands in PyTorch's first, second, ... place; each order is its own inverse.
_LSTM_ORDER = (0, 1, 2, 3)
_GRU_ORDER = (1, 0, 2)  # PyTorch has the reset gate first


def _reordered(array: NDArray, order: tuple[int, ...]) -> NDArray:
    """Return an array with the blocks of its last axis in another order."""
    blocks = np.split(array, len(order), axis=-1)
    return np.concatenate([blocks[place] for place in order], axis=-1)


def _tensors(layer: nn.RNNBase) -> dict[str, Tensor]:
    """Return the layer's tensors by PyTorch's names, or raise `TypeError` for other layers."""
    if layer.num_layers > 1 or layer.bidirectional or layer.proj_size:
        raise TypeError(
            f"copy_weights knows a {type(layer).__name__} of one layer, in one direction, without "
            "a projection: build the others from such layers, as Keras does"
        )
    return {name.removesuffix("_l0"): tensor for name, tensor in layer.named_parameters()}


def _read(layer: nn.RNNBase, order: tuple[int, ...]) -> Arrays:
    own = _tensors(layer)
    found = {"kernel": own["weight_ih"].T, "recurrent_kernel": own["weight_hh"].T}
    if layer.bias:
        both = torch.stack([own["bias_ih"], own["bias_hh"]])
        found["bias"] = both.sum(0) if isinstance(layer, nn.LSTM) else both
    return {
        role: _reordered(tensor.detach().cpu().numpy(), order) for role, tensor in found.items()
    }


@torch.no_grad()
def _write(layer: nn.RNNBase, arrays: Mapping[str, NDArray], order: tuple[int, ...]) -> None:
    own = _tensors(layer)
    given = {role: torch.as_tensor(_reordered(array, order)) for role, array in arrays.items()}
    own["weight_ih"].copy_(given["kernel"].T)
    own["weight_hh"].copy_(given["recurrent_kernel"].T)
    if layer.bias:
        bias = given["bias"]
        first, second = (bias, 0 * bias) if isinstance(layer, nn.LSTM) else bias
        own["bias_ih"].copy_(first)
        own["bias_hh"].copy_(second)


def _layout(kind: str, order: tuple[int, ...]) -> Layout:
    return Layout(
        kind,
        lambda layer: _read(layer, order),
        lambda layer, arrays: _write(layer, arrays, order),
    )


LAYOUTS: Layouts = {nn.LSTM: _layout("lstm", _LSTM_ORDER), nn.GRU: _layout("gru", _GRU_ORDER)}
