"""How far a reconstruction is from its input, for each example: sums over its pixels."""

import math

from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_same_shape

TINY = 1e-6


def squared_error(x: Tensor, x_hat: Tensor) -> Tensor:
    r"""Return the squared error of each example.

    .. math:: \lVert x - \hat x \rVert^2 = \sum_p (x_p - \hat x_p)^2

    Up to a constant and a factor 1/2 this is -log N(x; x_hat, I).
    Shapes: x and x_hat (batch, ...) -> (batch,). Raises `ValueError` where the shapes differ.
    """
    check_same_shape(x.shape, x_hat.shape)
    return ops.sum(ops.square(x - x_hat), axis=tuple(range(1, len(x.shape))))


def bernoulli_nll(x: Tensor, logits: Tensor) -> Tensor:
    r"""Return the negative log-likelihood of each example under independent Bernoulli pixels.

    .. math:: -\sum_p \left[ x_p \log \hat x_p + (1 - x_p) \log (1 - \hat x_p) \right],
              \quad \hat x_p = 1 / (1 + e^{-\ell_p})

    In nats, from the logits, so that no log(0) can occur. For gray pixels x in [0, 1] it is a
    cross-entropy: its minimum over the logits is the entropy of x, not 0.
    Shapes: x and logits (batch, ...) -> (batch,). Raises `ValueError` where the shapes differ.
    Kingma & Welling (2014), appendix C.1.
    """
    check_same_shape(x.shape, logits.shape)
    pixels = ops.softplus(logits) - x * logits  # as ops.binary_crossentropy, and faster
    return ops.sum(pixels, axis=tuple(range(1, len(x.shape))))


def gaussian_nll(x: Tensor, mean: Tensor, log_scale: Tensor | float = 0.0) -> Tensor:
    r"""Return the negative log-likelihood of each example under N(mean, s^2 I).

    .. math:: \frac{\lVert x - \hat x \rVert^2}{2 s^2} + D \log s + \tfrac{D}{2} \log 2\pi

    with D pixels, in nats. Shapes: x and mean (batch, ...), log s () or (batch,) -> (batch,).
    Raises `ValueError` where the shapes differ.
    """
    pixels = math.prod(mean.shape[1:])
    scaled = 0.5 * squared_error(x, mean) * ops.exp(-2.0 * log_scale)
    return scaled + pixels * (log_scale + 0.5 * math.log(2 * math.pi))


def spectral_angle(x: Tensor, x_hat: Tensor) -> Tensor:
    r"""Return the angle between each example and its reconstruction, in radians.

    .. math:: \theta
              = \arccos \frac{\langle x, \hat x \rangle}{\lVert x \rVert \lVert \hat x \rVert}
              = 2 \arcsin \tfrac12 \left\lVert \frac{x}{\lVert x \rVert}
              - \frac{\hat x}{\lVert \hat x \rVert} \right\rVert

    It does not change when either is multiplied by a positive number, and its gradient is at right
    angles to the reconstruction, of length :math:`1 / \lVert \hat x \rVert`. It is computed by the
    second form, as a small angle is lost in the rounding of its cosine, whose derivative is
    infinite at 0. Below 1e-6 radians the gradient is 0, and a length below 1e-6 counts as that.
    Shapes: x and x_hat (batch, ...) -> (batch,). Raises `ValueError` where the shapes differ.
    """
    check_same_shape(x.shape, x_hat.shape)
    axes = tuple(range(1, len(x.shape)))

    def unit(spectrum: Tensor) -> Tensor:
        square = ops.sum(ops.square(spectrum), axis=axes, keepdims=True)
        return spectrum / ops.sqrt(ops.maximum(square, TINY**2))

    square = ops.sum(ops.square(unit(x) - unit(x_hat)), axis=axes)
    return 2 * ops.arcsin(ops.sqrt(ops.clip(square, TINY**2, 4 - TINY)) / 2)
