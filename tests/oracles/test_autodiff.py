"""Derivatives for penalties, against closed forms; both let gradients pass through themselves."""

import contextlib
import importlib

import numpy as np
import pytest


@pytest.fixture
def x(rng):
    return rng.normal(size=(4, 3)).astype(np.float32)


def test_a_gradient_is_that_of_the_sum(framework, x):
    found = framework.twin.gradient(lambda t: t**3, framework.tensor(x))
    np.testing.assert_allclose(framework.to_numpy(found), 3 * x**2, rtol=1e-5)


def test_a_gradient_has_a_gradient(framework, x):
    gradient = framework.twin.gradient
    found = gradient(lambda t: gradient(lambda s: s**4, t), framework.tensor(x))
    np.testing.assert_allclose(framework.to_numpy(found), 12 * x**2, rtol=1e-5)


def test_a_jvp_is_the_derivative_along_a_direction(framework, x, rng):
    v = rng.normal(size=x.shape).astype(np.float32)
    value, derivative = framework.twin.jvp(lambda t: t**3, framework.tensor(x), framework.tensor(v))
    np.testing.assert_allclose(framework.to_numpy(value), x**3, rtol=1e-5)
    np.testing.assert_allclose(framework.to_numpy(derivative), 3 * x**2 * v, rtol=1e-5)


def test_gradients_pass_through_a_jvp(framework, x):
    """Along ones, the derivative of t^3 sums to 3 t^2, whose gradient is 6 t."""
    twin, ones = framework.twin, framework.tensor(np.ones_like(x))
    found = twin.gradient(lambda t: twin.jvp(lambda s: s**3, t, ones)[1], framework.tensor(x))
    np.testing.assert_allclose(framework.to_numpy(found), 6 * x, rtol=1e-5)


def test_it_works_where_nothing_is_trained(framework, x):
    """A contractive penalty is also measured in validation, where PyTorch records no gradients."""
    torch = importlib.import_module("torch")
    with torch.no_grad() if framework.name == "torch" else contextlib.nullcontext():
        found = framework.twin.gradient(lambda t: t**2, framework.tensor(x))
        _, along = framework.twin.jvp(lambda t: t**2, framework.tensor(x), framework.tensor(x))
    np.testing.assert_allclose(framework.to_numpy(found), 2 * x, rtol=1e-5)
    np.testing.assert_allclose(framework.to_numpy(along), 2 * x**2, rtol=1e-5)


def test_a_vjp_pulls_each_direction_back(framework, x, rng):
    """Of x W, v W^T; of its square, 2 (v y) W^T, whose gradient for x passes through."""
    w, twin = rng.normal(size=(3, 2)).astype(np.float32), framework.twin
    directions = [framework.tensor(rng.normal(size=(4, 2))) for _ in range(2)]
    function = lambda t: (t @ framework.tensor(w)) ** 2  # noqa: E731
    found = twin.vjp(function, framework.tensor(x), directions)
    for v, pulled in zip(directions, found, strict=True):
        expected = 2 * (framework.to_numpy(v) * (x @ w)) @ w.T
        np.testing.assert_allclose(framework.to_numpy(pulled), expected, rtol=1e-4, atol=1e-5)
    again = twin.gradient(lambda t: twin.vjp(function, t, directions[:1])[0], framework.tensor(x))
    expected = 2 * (framework.to_numpy(directions[0]) * w.sum(0)) @ w.T
    np.testing.assert_allclose(framework.to_numpy(again), expected, rtol=1e-4, atol=1e-5)
