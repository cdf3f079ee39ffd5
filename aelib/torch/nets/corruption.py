"""Corruptions: layers that spoil their input in training, and pass it on as it is in use."""

import torch
from torch import Tensor

from aelib.checks import check_share, check_sigma
from aelib.torch.noise import Noisy


class Corruption(Noisy):
    """Corrupt x in training, and pass it on as it is in use.

    A kind of corruption gives `corrupt`, which draws from `noise`.

    Args:
        strength: how much is spoiled, a number; it is kept as a buffer.
    """

    strength: Tensor

    def __init__(self, strength: float):
        super().__init__()
        self.register_buffer("strength", torch.tensor(float(strength)))

    def forward(self, x: Tensor) -> Tensor:
        """Return x corrupted in training, and x itself in use."""
        return self.corrupt(x) if self.training else x

    def corrupt(self, x: Tensor) -> Tensor:
        """Return x corrupted, whatever the mode. Shapes: (batch, ...) -> the same."""
        raise TypeError(f"{type(self).__name__} does not define corrupt")


class GaussianNoise(Corruption):
    r"""Add independent normal noise to every number.

    .. math:: \tilde x = x + \sigma \varepsilon, \quad \varepsilon \sim N(0, I)

    Args:
        sigma: the standard deviation, in the units of x.

    Raises `ValueError` for a negative sigma. Vincent et al. (2010), section 3.3.
    """

    def __init__(self, sigma: float):
        super().__init__(check_sigma(sigma))

    def corrupt(self, x: Tensor) -> Tensor:
        """Return x with fresh noise. Shapes: (batch, ...) -> the same."""
        return x + self.strength * self.noise("corruption", x.shape)


class MaskingNoise(Corruption):
    r"""Set a share of the numbers to 0, each with probability p.

    .. math:: \tilde x_i = m_i x_i, \quad P(m_i = 0) = p

    Args:
        share: p.

    Raises `ValueError` for a share outside of [0, 1). Vincent et al. (2010), section 3.3.
    """

    def __init__(self, share: float):
        super().__init__(check_share(share))

    def corrupt(self, x: Tensor) -> Tensor:
        """Return x with fresh zeros. Shapes: (batch, ...) -> the same."""
        return x * (self.noise("corruption", x.shape, "uniform") >= self.strength)


class DropoutNoise(MaskingNoise):
    r"""Set a share of the numbers to 0, and stretch the others so that the mean stays.

    .. math:: \tilde x_i = \frac{m_i x_i}{1 - p}, \quad P(m_i = 0) = p

    Args:
        share: p.

    Raises `ValueError` for a share outside of [0, 1). Srivastava et al. (2014).
    """

    def corrupt(self, x: Tensor) -> Tensor:
        """Return x with fresh zeros, stretched. Shapes: (batch, ...) -> the same."""
        return super().corrupt(x) / (1 - self.strength)


class SaltAndPepperNoise(Corruption):
    r"""Set a share of the numbers to 0 or 1, whichever a coin says.

    .. math:: P(\tilde x_i = 0) = P(\tilde x_i = 1) = p / 2, \quad \text{else } \tilde x_i = x_i

    Args:
        share: p.

    Raises `ValueError` for a share outside of [0, 1). Vincent et al. (2010), section 3.3.
    """

    def __init__(self, share: float):
        super().__init__(check_share(share))

    def corrupt(self, x: Tensor) -> Tensor:
        """Return x with fresh zeros and ones. Shapes: (batch, ...) -> the same."""
        u, p = self.noise("corruption", x.shape, "uniform"), self.strength
        return torch.where(u < p / 2, 0.0, torch.where(u < p, 1.0, x))
