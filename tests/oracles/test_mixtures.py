"""Unmixing without a network, on mixtures whose endmembers and shares are known."""

from itertools import permutations

import numpy as np
import pytest
from scipy.optimize import minimize

from aelib.metrics import (
    abundance_rmse,
    match_endmembers,
    nnls_abundances,
    spectral_angles,
    vca,
)


@pytest.fixture
def endmembers(rng):
    """Four spectra of 30 bands, one of them dark."""
    return rng.random((4, 30)) * np.array([[1.0], [0.6], [0.8], [0.05]])


def mixtures(endmembers, rng, n=500, pure=True):
    """Return shares, of which the first pixels hold one endmember alone, and the mixtures."""
    count = len(endmembers)
    shares = rng.dirichlet(np.ones(count), n)
    if pure:
        shares[:count] = np.eye(count)
    return shares, shares @ endmembers


def test_angles_are_those_of_the_arccosine(rng):
    first, second = rng.normal(size=(3, 8)), rng.normal(size=(5, 8))
    for i, j in np.ndindex(3, 5):
        cosine = first[i] @ second[j] / np.linalg.norm(first[i]) / np.linalg.norm(second[j])
        assert spectral_angles(first, second)[i, j] == pytest.approx(np.arccos(cosine))
    assert spectral_angles(first, first).diagonal() == pytest.approx(0, abs=1e-7)
    assert spectral_angles([[1.0, 0]], [[-2.0, 0]])[0, 0] == pytest.approx(np.pi)


def test_a_small_angle_is_exact():
    assert spectral_angles([[1.0, 0]], [[1.0, 1e-9]])[0, 0] == pytest.approx(1e-9, rel=1e-6)


def test_a_spectrum_of_zeros_has_no_angle():
    with pytest.raises(ValueError, match="spectrum 1 of second is zero in every band"):
        spectral_angles(np.ones((1, 3)), [[1, 0, 0], [0, 0, 0]])


def test_the_matching_is_the_best_of_all_orders(rng):
    for _ in range(20):
        true, found = rng.random((2, 5, 6))
        angles = spectral_angles(true, found)
        best = min(permutations(range(5)), key=lambda order: angles[range(5), order].sum())
        np.testing.assert_array_equal(match_endmembers(true, found), best)


def test_a_shuffled_set_is_put_in_order(endmembers):
    order = [2, 0, 3, 1]
    found = 8 * endmembers[order]
    back = match_endmembers(endmembers, found)
    np.testing.assert_array_equal(found[back], 8 * endmembers)


def test_the_error_of_abundances_by_hand():
    true = np.array([[1.0, 0.0], [0.5, 0.5]])
    assert abundance_rmse(true, true) == 0
    assert abundance_rmse(true, [[0.0, 1.0], [0.5, 0.5]]) == pytest.approx(np.sqrt(2 / 4))
    assert abundance_rmse(true, [0.5, 0.5]) == pytest.approx(np.sqrt(0.5 / 4))
    with pytest.raises(ValueError, match=r"true has shape \(2, 3\), and found \(2,\)"):
        abundance_rmse(np.ones((2, 3)), [0.5, 0.5])


def test_known_endmembers_give_the_shares(endmembers, rng):
    shares, x = mixtures(endmembers, rng)
    np.testing.assert_allclose(nnls_abundances(x, endmembers), shares, atol=1e-8)


def test_amounts_are_the_least_squares_that_are_not_negative(endmembers, rng):
    x = rng.random((5, 30)) - 0.2
    found = nnls_abundances(x, endmembers)
    assert found.min() == 0
    for pixel, amounts in zip(x, found, strict=True):
        error = lambda a, p=pixel: np.square(p - a @ endmembers).sum()  # noqa: E731
        best = minimize(error, np.full(4, 0.1), bounds=[(0, None)] * 4, tol=1e-12)
        assert error(amounts) <= best.fun + 1e-6


@pytest.mark.parametrize("light", [False, True])
def test_vca_finds_pure_pixels_also_in_changing_light(endmembers, rng, light):
    _, x = mixtures(endmembers, rng)
    x = rng.permutation(x * rng.uniform(0.3, 1, (len(x), 1)) if light else x)
    for seed in range(5):
        found = vca(x, 4, seed, draws=1)
        angles = spectral_angles(endmembers, found[match_endmembers(endmembers, found)])
        assert angles.diagonal().max() < 1e-5


def test_without_pure_pixels_vca_finds_the_purest(endmembers, rng):
    shares, x = mixtures(endmembers, rng, pure=False)
    found = vca(x, 4)
    nearest = spectral_angles(found, x).argmin(axis=1)
    np.testing.assert_allclose(found, x[nearest], atol=1e-9)
    assert set(shares[nearest].argmax(axis=1)) == set(range(4))
    assert spectral_angles(endmembers, found).min(axis=1).max() > 0.01


def test_in_strong_noise_vca_takes_the_plane_of_the_mixtures(endmembers, rng):
    _, clean = mixtures(endmembers[:3], rng, n=20_000)
    x = clean + rng.normal(scale=0.1, size=clean.shape)
    found = vca(x, 3)
    angles = spectral_angles(endmembers[:3], found[match_endmembers(endmembers[:3], found)])
    assert angles.diagonal().max() < 0.25
    nearest = spectral_angles(endmembers[:3], x).min(axis=1)
    assert angles.diagonal().mean() < nearest.mean()  # it removes what lies outside of the plane


def test_more_draws_never_span_less(rng):
    x = rng.dirichlet(np.ones(5), 300) @ rng.random((5, 20))
    volumes = []
    for draws in (1, 3, 30):
        corners = vca(x, 5, seed=3, draws=draws)
        axes = np.linalg.svd(x, full_matrices=False)[2][:5]
        inside = corners @ axes.T
        scaled = inside / (inside @ (x @ axes.T).mean(axis=0))[:, None]
        volumes.append(abs(np.linalg.det(scaled)))
    assert volumes == sorted(volumes)


@pytest.mark.parametrize("count", [1, 31])
def test_a_count_that_cannot_be_is_refused(endmembers, count):
    with pytest.raises(ValueError, match="count must be at least 2 and at most 30"):
        vca(endmembers, count)
