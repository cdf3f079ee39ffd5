"""PCA, the mean image and principal angles against NumPy."""

import numpy as np
import pytest

from aelib.metrics import mean_image, mse, pca, principal_angles


@pytest.fixture
def x(rng):
    """200 points of 3 x 4 pixels whose variance decays from direction to direction."""
    points = rng.normal(size=(200, 12)) * 0.7 ** np.arange(12)
    return (points @ np.linalg.qr(rng.normal(size=(12, 12)))[0] + 0.3).reshape(200, 3, 4)


def svd(x, latent_dim):
    flat = x.reshape(len(x), -1)
    mean = flat.mean(axis=0)
    _, singular, directions = np.linalg.svd(flat - mean, full_matrices=False)
    return mean, singular, directions[:latent_dim]


@pytest.mark.parametrize("latent_dim", [1, 3, 12])
def test_it_is_the_singular_value_decomposition(x, latent_dim):
    mean, singular, directions = svd(x, latent_dim)
    found = pca(x, latent_dim)
    assert found.latent_dim == latent_dim
    np.testing.assert_allclose(found.mean, mean.reshape(3, 4), atol=1e-12)
    np.testing.assert_allclose(found.variances, singular[:latent_dim] ** 2 / 199, rtol=1e-9)
    np.testing.assert_allclose(found.components @ found.components.T, np.eye(latent_dim), atol=1e-9)
    same = np.abs(np.sum(found.components * directions, axis=1))
    np.testing.assert_allclose(same, 1, atol=1e-9)


def test_its_error_is_the_variance_that_it_leaves_out(x):
    _, singular, _ = svd(x, 4)
    error = mse(x, pca(x, 4).reconstruct(x))
    assert error == pytest.approx(np.sum(singular[4:] ** 2) / x.size, rel=1e-9)


def test_no_random_projection_beats_it(x, rng):
    best = mse(x, pca(x, 4).reconstruct(x))
    flat = x.reshape(200, 12)
    mean = flat.mean(axis=0)
    for _ in range(50):
        basis, _ = np.linalg.qr(rng.normal(size=(12, 4)))
        assert mse(flat, mean + (flat - mean) @ basis @ basis.T) > best


def test_codes_are_projections_and_decode_inverts_them(x):
    found = pca(x, 3)
    z = found.encode(x)
    assert z.shape == (200, 3)
    np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.cov(z.T), np.diag(found.variances), atol=1e-9)
    np.testing.assert_allclose(found.encode(found.decode(z)), z, atol=1e-9)
    np.testing.assert_allclose(found.reconstruct(x), found.decode(z))


def test_all_components_lose_nothing(x):
    np.testing.assert_allclose(pca(x, 12).reconstruct(x), x, atol=1e-9)


@pytest.mark.parametrize("latent_dim", [1, 3, 12])
def test_its_first_codes_are_those_of_a_smaller_one(x, latent_dim):
    whole, smaller = pca(x, 12).first(latent_dim), pca(x, latent_dim)
    assert whole.latent_dim == len(whole.variances) == latent_dim
    np.testing.assert_allclose(whole.variances, smaller.variances)
    np.testing.assert_allclose(whole.reconstruct(x), smaller.reconstruct(x), atol=1e-9)


def test_none_of_its_codes_are_the_mean_image(x):
    np.testing.assert_allclose(pca(x, 3).first(0).reconstruct(x), mean_image(x).reconstruct(x))


@pytest.mark.parametrize("latent_dim", [-1, 4])
def test_there_are_no_more_first_codes_than_codes(x, latent_dim):
    with pytest.raises(ValueError, match=f"latent_dim must be 0 to 3, got {latent_dim}"):
        pca(x, 3).first(latent_dim)


@pytest.mark.parametrize("latent_dim", [0, 13])
def test_a_code_must_have_between_one_number_and_all(x, latent_dim):
    with pytest.raises(ValueError, match=f"latent_dim must be at (least 1|most 12).*{latent_dim}"):
        pca(x, latent_dim)


def test_the_mean_image_answers_the_mean_to_everything(x, rng):
    baseline = mean_image(x)
    other = rng.random((5, 3, 4))
    assert baseline.latent_dim == 0
    assert baseline.encode(other).shape == (5, 0)
    np.testing.assert_allclose(baseline.reconstruct(other), np.stack([x.mean(axis=0)] * 5))
    assert mse(x, baseline.reconstruct(x)) == pytest.approx(x.var(axis=0).mean())


@pytest.mark.parametrize("angle", [0.0, 1e-6, 0.3, np.pi / 2])
def test_principal_angles_recover_a_rotation(rng, angle):
    """The plane of e1 and e2, turned about e1, seen in a random frame and through mixed columns."""
    frame, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    turned = np.cos(angle) * frame[:, 1] + np.sin(angle) * frame[:, 2]
    plane, other = frame[:, :2], np.stack([frame[:, 0], turned], axis=1)
    mixed = other @ rng.normal(size=(2, 2))
    np.testing.assert_allclose(principal_angles(plane, mixed), [0, angle], atol=1e-7)


def test_principal_angles_are_the_singular_values_between_the_bases(rng):
    first, second = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
    bases = [np.linalg.qr(columns)[0] for columns in (first, second)]
    cosines = np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    np.testing.assert_allclose(principal_angles(first, second), np.sort(np.arccos(cosines)))
