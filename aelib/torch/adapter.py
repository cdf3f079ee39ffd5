"""NumPy on the outside, tensors on the inside."""

from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils._pytree import tree_map

from aelib.bridge import Adapter, register
from aelib.torch.layouts.dense import export_weights, import_weights


def call(model: nn.Module, method: str, batch: NDArray) -> Any:
    """Run one method of a model on a NumPy batch, in inference mode."""
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            output = getattr(model, method)(torch.tensor(batch, device=device))
            return tree_map(lambda tensor: tensor.cpu().numpy(), output)
    finally:
        model.train(training)


ADAPTER = Adapter("PyTorch", nn.Module, call, export_weights, import_weights)
register(ADAPTER)
