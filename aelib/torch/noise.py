"""Where a model's randomness comes from."""

from itertools import chain

import torch
from torch import Tensor, nn


class Noisy(nn.Module):
    """A part of a model whose every random number comes from `noise`.

    Tests and `aelib.parity` put their own numbers in its place, the same for both frameworks.
    """

    def noise(self, name: str, shape: tuple[int, ...], kind: str = "normal") -> Tensor:
        """Return fresh random numbers, on the device of the model.

        Args:
            name: what the numbers are for; each draw of a step has a name of its own.
            shape: of the result.
            kind: "normal" for N(0, 1), "uniform" for the interval [0, 1).

        Raises `ValueError` for another kind.
        """
        device = next(chain(self.parameters(), self.buffers())).device
        if kind == "normal":
            return torch.randn(shape, device=device)
        if kind == "uniform":
            return torch.rand(shape, device=device)
        raise ValueError(f"kind of the noise {name} must be 'normal' or 'uniform', got {kind!r}")
