"""Selections: layers that keep the largest numbers of a code, or of a batch of codes."""

import math

import torch
from torch import Tensor, nn

from aelib.checks import check_k, check_share_kept


class TopK(nn.Module):
    r"""Keep the k largest numbers of each code, and set the others to 0.

    .. math:: y_i = z_i \text{ if } z_i \text{ is among the } k \text{ largest of } z,
        \text{ else } 0

    The gradient passes through the numbers that are kept. Exactly k are, also where some are equal.

    Args:
        k: how many are kept.

    Shapes: (batch, latent_dim) -> the same. Raises `ValueError` for a k below 1. Makhzani & Frey
    (2014).
    """

    def __init__(self, k: int):
        super().__init__()
        self.k = check_k(k)

    def forward(self, z: Tensor) -> Tensor:
        """Return z with all but the k largest numbers of each code set to 0."""
        kept = z.topk(self.k, dim=-1, sorted=False)
        return torch.zeros_like(z).scatter(-1, kept.indices, kept.values)


class WinnerTakeAll(nn.Module):
    r"""Keep, in training, each unit's largest values in the batch, and set the others to 0.

    .. math:: y_{bi} = z_{bi} \text{ if } z_{bi} \text{ is among the } \lceil p B \rceil
        \text{ largest of } z_{1i}, \dots, z_{Bi}, \text{ else } 0

    with B examples in the batch. The gradient passes through the values that are kept. In use all
    values are kept: which ones win depends on the batch.

    Args:
        share: p, the share of the examples of a batch that a unit is active for.

    Shapes: (batch, latent_dim) -> the same. Raises `ValueError` for a share outside of (0, 1].
    Makhzani & Frey (2015).
    """

    def __init__(self, share: float):
        super().__init__()
        self.share = check_share_kept(share)

    def forward(self, z: Tensor) -> Tensor:
        """Return, in training, z with all but each unit's winners set to 0; in use z itself."""
        if not self.training:
            return z
        winners = z.topk(math.ceil(self.share * len(z)), dim=0, sorted=False)
        return torch.zeros_like(z).scatter(0, winners.indices, winners.values)
