"""The squared error against NumPy in double precision."""

import numpy as np
import pytest


@pytest.mark.parametrize("shape", [(4, 3), (4, 5, 6), (2, 3, 4, 5)], ids=str)
def test_it_is_the_sum_over_one_example(framework, rng, shape):
    x, x_hat = rng.random((2, *shape))
    axes = tuple(range(1, len(shape)))
    expected = np.sum((x - x_hat) ** 2, axis=axes)
    found = framework.apply(framework.twin.squared_error, x, x_hat)
    assert found.shape == (shape[0],)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_it_is_zero_only_at_the_input(framework, rng):
    x = rng.random((3, 7))
    other = x.copy()
    other[1, 2] += 0.5
    found = framework.apply(framework.twin.squared_error, x, other)
    np.testing.assert_allclose(found, [0, 0.25, 0], atol=1e-6)


def test_its_gradient_points_from_the_input_to_the_reconstruction(framework, rng):
    x, x_hat = rng.random((2, 4, 6))
    of_x, of_x_hat = framework.gradient(framework.twin.squared_error, x, x_hat)
    np.testing.assert_allclose(of_x_hat, 2 * (x_hat - x), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(of_x, 2 * (x - x_hat), rtol=1e-4, atol=1e-6)


def test_shapes_that_would_broadcast_are_refused(framework):
    x, x_hat = framework.tensor(np.zeros((2, 3, 4))), framework.tensor(np.zeros((2, 1, 4)))
    with pytest.raises(ValueError, match=r"\(batch, 1, 4\) and x \(batch, 3, 4\)"):
        framework.twin.squared_error(x, x_hat)
