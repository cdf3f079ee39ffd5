"""Derivatives and compiled functions, which need the backend itself: this file alone names one."""

import contextlib
import importlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np
from keras import KerasTensor as Tensor
from numpy.typing import NDArray

Function = Callable[[Tensor], Tensor]


def jvp(function: Function, x: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
    r"""Return a function's value, and its derivative along a direction, by forward mode.

    .. math:: f(x), \quad \tfrac{\partial f}{\partial x} v

    Gradients pass through both. Shapes: x and direction alike; both results have the shape of
    function(x).
    """
    return _backend().jvp(function, x, direction)


def gradient(function: Function, x: Tensor) -> Tensor:
    r"""Return the gradient of the sum of a function's values.

    .. math:: \tfrac{\partial}{\partial x} \sum_b f(x)_b

    Gradients pass through it, as a penalty on a gradient needs; also in validation. Shapes: the
    result has the shape of x.
    """
    return _backend().gradient(function, x)


def vjp(function: Function, x: Tensor, directions: Sequence[Tensor]) -> list[Tensor]:
    r"""Return directions of a function's output, pulled back to x, by reverse mode.

    .. math:: \left( \tfrac{\partial f}{\partial x} \right)^\top v

    for each v of the directions. Gradients pass through them. Shapes: a direction has the shape of
    function(x), the results have the shape of x.
    """

    def pull_back(direction: Tensor) -> Tensor:
        return gradient(lambda t: keras.ops.sum(function(t) * direction), x)

    return [pull_back(direction) for direction in directions]


def values_and_gradients(
    function: Callable[[], dict[str, Tensor]], variables: Sequence[keras.Variable]
) -> tuple[dict[str, Tensor], list[Tensor | None]]:
    """Return named scalars, and the gradient of the last of them for each variable."""
    return _backend().values_and_gradients(function, variables)


def compiled(function: Callable[..., Tensor], *like: Any) -> Callable[..., Tensor]:
    """Return a function of arrays, traced once where the backend has graphs.

    `like` are arrays as it will be called with: their lengths may change, nothing else.
    """
    return _backend().compiled(function, *like)


def repeated(function: Callable[..., Tensor], *like: NDArray) -> Callable[..., NDArray]:
    """Return a function that runs another on each row of arrays in turn, as one graph.

    It stops after a row whose result, a vector, has a number that is not finite, and returns the
    results, one a row. `like` is as in `compiled`.
    """
    return _backend().repeated(function, *like)


def one_by_one(function: Callable[..., Tensor]) -> Callable[..., NDArray]:
    """Return a function that does what `repeated` does, without a graph."""

    def over_rows(*arrays: NDArray) -> NDArray:
        found: list[NDArray] = []
        for rows in zip(*map(keras.ops.convert_to_tensor, arrays), strict=True):
            found.append(keras.ops.convert_to_numpy(function(*rows)))
            if not np.isfinite(found[-1]).all():
                break
        return np.array(found)

    return over_rows


def outside_of_graph() -> AbstractContextManager:
    """Return a context in which variables can be made while a function is being traced."""
    return _backend().outside_of_graph()


class TensorFlowBackend:
    """What TensorFlow does."""

    def __init__(self) -> None:
        self.tf = importlib.import_module("tensorflow")

    def jvp(self, function: Function, x: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        with self.tf.autodiff.ForwardAccumulator(x, direction) as accumulator:
            value = function(x)
        return value, accumulator.jvp(value, self.tf.UnconnectedGradients.ZERO)

    def gradient(self, function: Function, x: Tensor) -> Tensor:
        with self.tf.GradientTape() as tape:
            tape.watch(x)
            total = self.tf.reduce_sum(function(x))
        return tape.gradient(total, x, unconnected_gradients="zero")

    def values_and_gradients(self, function: Any, variables: Any) -> Any:
        with self.tf.GradientTape() as tape:
            values = function()
            *_, last = values.values()
        gradients = tape.gradient(last, [variable.value for variable in variables])
        # The gradient of a look-up, as in a codebook, comes as the rows that were looked up.
        return values, [g if g is None else self.tf.convert_to_tensor(g) for g in gradients]

    def repeated(self, function: Any, *like: Any) -> Any:
        def over_rows(*arrays: Any) -> Any:
            def on_row(row: Any, _: Any, found: Any) -> Any:
                numbers = function(*(array[row] for array in arrays))
                finite = self.tf.reduce_all(self.tf.math.is_finite(numbers))
                return row + 1, finite, found.write(row, numbers)

            rows = self.tf.shape(arrays[0])[0]
            results = self.tf.TensorArray(arrays[-1].dtype, size=rows)
            done, _, results = self.tf.while_loop(
                lambda row, finite, _: finite & (row < rows),
                on_row,
                (0, True, results),
                parallel_iterations=1,
            )
            return results.gather(self.tf.range(done))

        concrete = self.compiled(over_rows, *like)
        return lambda *arrays: concrete(*arrays).numpy()

    def compiled(self, function: Any, *like: Any) -> Any:
        specs = [self.tf.TensorSpec([None] * array.ndim, array.dtype) for array in like]
        # A concrete function is traced now, and never again.
        concrete = self.tf.function(function, autograph=False).get_concrete_function(*specs)
        return lambda *arrays: concrete(*map(self.tf.constant, arrays))

    def outside_of_graph(self) -> AbstractContextManager:
        return self.tf.init_scope()


class TorchBackend:
    """What PyTorch does below Keras."""

    def __init__(self) -> None:
        self.torch = importlib.import_module("torch")

    def jvp(self, function: Function, x: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        return self.torch.func.jvp(function, (x,), (direction,))

    def gradient(self, function: Function, x: Tensor) -> Tensor:
        return self.torch.func.grad(lambda inner: function(inner).sum())(x)

    def values_and_gradients(self, function: Any, variables: Any) -> Any:
        values = function()
        *_, last = values.values()
        if not last.requires_grad:
            return values, [None] * len(variables)
        tensors = [variable.value for variable in variables]
        gradients = self.torch.autograd.grad(last, tensors, allow_unused=True)
        return {name: value.detach() for name, value in values.items()}, list(gradients)

    def repeated(self, function: Any, *like: Any) -> Any:
        return one_by_one(function)

    def compiled(self, function: Any, *like: Any) -> Any:
        return lambda *arrays: function(*map(keras.ops.convert_to_tensor, arrays))

    def outside_of_graph(self) -> AbstractContextManager:
        return contextlib.nullcontext()


BACKENDS = {"tensorflow": TensorFlowBackend, "torch": TorchBackend}


def _backend() -> Any:
    return BACKENDS[keras.backend.backend()]()
