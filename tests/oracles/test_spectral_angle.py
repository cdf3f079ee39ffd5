"""The spectral angle against double precision, geometry and its gradient by hand."""

import numpy as np
import pytest

TINY = 1e-3


def by_cosine(x, x_hat):
    """Return the angle between the examples of two arrays, by its definition."""
    first, second = (a.reshape(len(a), -1) for a in (x, x_hat))
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return np.arccos((first * second).sum(1) / norms)


@pytest.mark.parametrize("shape", [(4, 3), (4, 200), (4, 5, 6)], ids=str)
def test_it_is_the_arccosine(framework, rng, shape):
    x, x_hat = rng.random((2, *shape))
    found = framework.apply(framework.twin.spectral_angle, x, x_hat)
    assert found.shape == (shape[0],)
    np.testing.assert_allclose(found, by_cosine(x, x_hat), rtol=1e-5)


@pytest.mark.parametrize("angle", [2e-5, 1e-3, 0.3, np.pi / 2, 3.0])
def test_it_finds_an_angle_that_was_built(framework, angle):
    """Also a small one: in 32 bits the cosine of 0.00002 is 1."""
    x = np.array([[3.0, 4.0, 0.0]])
    turned = np.cos(angle) * x / 5 + np.sin(angle) * np.array([[-0.8, 0.6, 0.0]])
    found = framework.apply(framework.twin.spectral_angle, x, 2 * turned)
    assert found[0] == pytest.approx(angle, rel=1e-2 if angle < 1e-4 else 1e-4)


def test_scale_does_not_matter(framework, rng):
    x, x_hat = rng.random((2, 5, 40))
    scale = np.array([[1e-3], [0.1], [1.0], [10.0], [1e3]])
    found = framework.apply(framework.twin.spectral_angle, scale * x, scale[::-1] * x_hat)
    np.testing.assert_allclose(found, by_cosine(x, x_hat), rtol=1e-5)


def test_its_gradient_is_that_of_the_derivation(framework, rng):
    r"""(cos(theta) v - u) / (sin(theta) |x_hat|) for the unit vectors u of x and v of x_hat."""
    x, x_hat = rng.random((2, 6, 30))
    _, found = framework.gradient(framework.twin.spectral_angle, x, x_hat)
    u, v = (a / np.linalg.norm(a, axis=1, keepdims=True) for a in (x, x_hat))
    angle = by_cosine(x, x_hat)[:, None]
    lengths = np.linalg.norm(x_hat, axis=1)
    expected = (np.cos(angle) * v - u) / (np.sin(angle) * lengths[:, None])
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1 / lengths, rtol=1e-3)
    np.testing.assert_allclose((found * x_hat).sum(1), 0, atol=1e-5)


@pytest.mark.parametrize("case", ["equal", "opposite", "zero"])
def test_its_gradient_is_finite_where_that_of_the_arccosine_is_not(framework, rng, case):
    x = rng.random((3, 20)) + 0.1
    x_hat = {"equal": 1.7 * x, "opposite": -x, "zero": 0 * x}[case]
    found = framework.apply(framework.twin.spectral_angle, x, x_hat)
    if case != "zero":
        np.testing.assert_allclose(found, np.pi * (case == "opposite"), atol=TINY)
    for gradient in framework.gradient(framework.twin.spectral_angle, x, x_hat):
        assert np.isfinite(gradient).all()
        if case == "equal":
            assert np.linalg.norm(gradient, axis=1).max() < 2 / np.linalg.norm(x, axis=1).min()


def test_shapes_that_would_broadcast_are_refused(framework):
    x, x_hat = framework.tensor(np.zeros((2, 3, 4))), framework.tensor(np.zeros((2, 1, 4)))
    with pytest.raises(ValueError, match=r"\(batch, 1, 4\) and x \(batch, 3, 4\)"):
        framework.twin.spectral_angle(x, x_hat)
