"""NumPy on the outside, tensors on the inside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils._pytree import tree_map

from aelib.bridge import Adapter, register
from aelib.torch.layouts import export_weights, import_weights
from aelib.torch.structure import modules
from aelib.torch.trainable import Trainable
from aelib.training.players import Player


@contextmanager
def in_use(model: nn.Module) -> Iterator[None]:
    """Have a model work as it does after training, for the length of a `with` block.

    It computes no gradients, and every module goes back to the mode in which it was. The milder
    `no_grad` leaves tensors that a module keeps usable in training; `inference_mode` would not.
    """
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in modes:
            module.training = training


def tensor(model: nn.Module, array: NDArray) -> Tensor:
    """Return an array as a tensor on the model's device."""
    first = next(chain(model.parameters(), model.buffers()), torch.empty(0))
    return torch.tensor(array, device=first.device)


def call(model: nn.Module, method: str, **arrays: NDArray) -> Any:
    """Run one method of a model on a NumPy batch, as in use."""
    with in_use(model):
        return _to_numpy(getattr(model, method)(**_tensors(model, arrays)))


def terms(model: Trainable, player: Player, batch: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Return a player's terms on a NumPy batch, as in use."""
    with in_use(model):
        return _to_numpy(model.terms_of(player, **_tensors(model, batch)))


def _tensors(model: nn.Module, arrays: Mapping[str, NDArray]) -> dict[str, Tensor]:
    return {name: tensor(model, array) for name, array in arrays.items()}


def _to_numpy(output: Any) -> Any:
    return tree_map(lambda item: item.cpu().numpy(), output)


ADAPTER = Adapter(
    "PyTorch", nn.Module, Trainable, call, terms, tensor, modules, export_weights, import_weights
)
register(ADAPTER)
