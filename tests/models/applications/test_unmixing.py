"""Abundances on the simplex, endmembers that are not negative, and what the loss cannot see."""

import numpy as np
import pytest

import aelib
from aelib import parity
from aelib.metrics import spectral_angles

STEP = {"optimizer": "sgd", "schedule": "constant", "epochs": 1, "progress": False}
SHAPE = (12,)


@pytest.fixture
def endmembers(rng):
    return rng.random((3, 12)).astype(np.float32)


@pytest.fixture
def x(endmembers, rng):
    return (rng.dirichlet(np.ones(3), 40) @ endmembers).astype(np.float32)


def make(framework, **options):
    encoder = framework.twin.mlp_encoder(3, (8,), "gelu", input_shape=SHAPE)
    return framework.twin.UnmixingAutoencoder(encoder, 3, SHAPE, **options)


def test_the_unit_codes_are_the_endmembers(framework, endmembers):
    model = make(framework, endmembers=endmembers)
    np.testing.assert_array_equal(aelib.decode(model, np.eye(3)), endmembers)


def test_without_endmembers_every_number_is_drawn_from_0_to_1(framework):
    drawn = aelib.decode(make(framework), np.eye(3))
    assert 0 <= drawn.min() < 0.2
    assert 0.8 < drawn.max() <= 1
    assert not np.array_equal(drawn, aelib.decode(make(framework), np.eye(3)))


def test_codes_are_shares_and_the_reconstruction_is_their_mixture(framework, endmembers, x):
    model = make(framework, endmembers=endmembers)
    shares = aelib.encode(model, x)
    assert shares.min() >= 0
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(aelib.reconstruct(model, x), shares @ endmembers, atol=1e-6)


@pytest.mark.parametrize("error", ["angle", "squared"])
def test_its_terms_are_those_of_numpy(framework, endmembers, x, error):
    model = make(framework, endmembers=endmembers, error=error, spread=0.5)
    x_hat = aelib.reconstruct(model, x)
    angles = [spectral_angles(a[None], b[None])[0, 0] for a, b in zip(x, x_hat, strict=True)]
    squares = np.square(x - x_hat).sum(axis=1)
    expected = np.mean(angles if error == "angle" else squares)
    pairs = spectral_angles(endmembers, endmembers)[np.triu_indices(3, 1)]
    found = aelib.evaluate(model, x)
    assert found["reconstruction"] == pytest.approx(expected, rel=1e-4)
    assert found["spread"] == pytest.approx(pairs.mean(), rel=1e-4)
    assert found["loss"] == pytest.approx(expected + 0.5 * pairs.mean(), rel=1e-4)


def test_no_angle_sees_how_bright_an_endmember_is(framework, endmembers, x):
    """Brighter by c_j, and log c_j less in its logit: shares a_j / c_j, with the sum 1 again."""
    model = make(framework, endmembers=endmembers)
    before = aelib.evaluate(model, x)
    layers = parity.export_weights(model)
    factors = np.array([0.1, 1.0, 3.0])
    layers[-1]["kernel"] = layers[-1]["kernel"] * factors[:, None]
    layers[-2]["bias"] = layers[-2]["bias"] - np.log(factors)
    shares = aelib.encode(model, x) / factors
    parity.import_weights(model, layers)
    assert aelib.evaluate(model, x) == pytest.approx(before, rel=1e-4)
    renormalized = shares / shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(aelib.encode(model, x), renormalized, atol=1e-6)


def test_after_a_step_no_endmember_is_negative(framework, endmembers, x):
    """The step is taken by NumPy's difference quotients, and what it makes negative is 0."""
    endmembers[:, :6] = 0.03
    model = make(framework, endmembers=endmembers, spread=0.3)
    own, *layers = parity.export_weights(model)

    def loss(kernel):
        parity.import_weights(model, [own, *layers[:-1], {"kernel": kernel}])
        return aelib.evaluate(model, x)["loss"]

    slopes = np.zeros_like(endmembers)
    for i, j in np.ndindex(3, 12):
        step = np.zeros_like(endmembers)
        step[i, j] = 5e-3
        slopes[i, j] = (loss(endmembers + step) - loss(endmembers - step)) / (2 * step[i, j])
    loss(endmembers)
    framework.twin.fit(model, x, batch_size=len(x), learning_rate=20.0, **STEP)
    moved = aelib.decode(model, np.eye(3))
    expected = endmembers - 20 * slopes
    assert expected.min() < -0.02
    np.testing.assert_allclose(moved, np.maximum(expected, 0), atol=3e-3)
    assert moved.min() == 0


def test_the_spread_keeps_the_endmembers_at_the_corners_of_the_data(framework, rng):
    """Without it, what lies further outside explains the pixels as well."""
    true = np.array([[1, 0.5, 0.3, 0.2], [0.3, 0.8, 0.7, 0.3], [0.2, 0.4, 0.5, 0.9]])
    x = (rng.dirichlet([0.3] * 3, 900) @ true).astype(np.float32)
    away = []
    for spread in (0.0, 0.1):
        encoder = framework.twin.mlp_encoder(3, (32,), "gelu", input_shape=(4,))
        options = {"endmembers": true, "spread": spread}
        model = framework.twin.UnmixingAutoencoder(encoder, 3, (4,), **options)
        how = {"epochs": 20, "batch_size": 100, "learning_rate": 0.02, "progress": False}
        framework.twin.fit(model, x, **how)
        found = aelib.decode(model, np.eye(3))
        away.append(spectral_angles(true, found).diagonal().mean())
    assert away[1] < away[0] / 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"endmembers": np.ones((2, 12))}, r"shape \(3, 12\), got \(2, 12\)"),
        ({"endmembers": -np.ones((3, 12))}, "endmembers must be at least 0, got -1"),
        ({"endmembers": np.full((3, 12), np.nan)}, "endmembers must be at least 0, got nan"),
        ({"error": "cosine"}, "error must be 'angle' or 'squared', got 'cosine'"),
    ],
)
def test_what_is_no_mixture_is_refused(framework, options, message):
    with pytest.raises(ValueError, match=message):
        make(framework, **options)


def test_one_endmember_is_refused(framework):
    encoder = framework.twin.mlp_encoder(1, (), input_shape=SHAPE)
    with pytest.raises(ValueError, match="a mixture needs at least 2 endmembers"):
        framework.twin.UnmixingAutoencoder(encoder, 1, SHAPE)
