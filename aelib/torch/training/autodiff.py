"""Derivatives that a loss can hold, besides the gradient that trains it."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

Function = Callable[[Tensor], Tensor]


def jvp(function: Function, x: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
    r"""Return a function's value, and its derivative along a direction, by forward mode.

    .. math:: f(x), \quad \tfrac{\partial f}{\partial x} v

    Gradients pass through both. Shapes: x and direction alike; both results have the shape of
    function(x).
    """
    value, tangent, *_ = torch.func.jvp(function, (x,), (direction,))
    return value, tangent


def gradient(function: Function, x: Tensor) -> Tensor:
    r"""Return the gradient of the sum of a function's values.

    .. math:: \tfrac{\partial}{\partial x} \sum_b f(x)_b

    Gradients pass through it, as a penalty on a gradient needs; also in validation. Shapes: the
    result has the shape of x.
    """
    return torch.func.grad(lambda inner: function(inner).sum())(x)


def vjp(function: Function, x: Tensor, directions: Sequence[Tensor]) -> list[Tensor]:
    r"""Return directions of a function's output, pulled back to x, by reverse mode.

    .. math:: \left( \tfrac{\partial f}{\partial x} \right)^\top v

    for each v of the directions. Gradients pass through them. Shapes: a direction has the shape of
    function(x), the results have the shape of x.
    """
    _, pull_back, *_ = torch.func.vjp(function, x)
    return [pull_back(direction)[0] for direction in directions]
