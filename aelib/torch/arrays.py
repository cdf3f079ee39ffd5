"""NumPy on the outside, tensors on the inside."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from aelib.bridge import Face, register
from aelib.torch.weights import export_weights, import_weights


def call(model: nn.Module, method: str, batch: NDArray) -> NDArray[np.float32]:
    """Run one method of a model on a NumPy batch, in inference mode."""
    device = next(model.parameters()).device
    training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            return getattr(model, method)(torch.tensor(batch, device=device)).cpu().numpy()
    finally:
        model.train(training)


FACE = Face("PyTorch", nn.Module, call, export_weights, import_weights)
register(FACE)
