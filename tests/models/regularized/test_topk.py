"""Few active units: which are kept, what passes the gradient, and how dead ones come back."""

import numpy as np
import pytest

import aelib
from aelib import parity
from tests.models.kinds import from_dense_networks

STEP = {"optimizer": "sgd", "schedule": "constant", "epochs": 1, "progress": False}


def make(framework, hidden=(), **options):
    return from_dense_networks()(framework.twin, "TopKAutoencoder", hidden, **options)


def test_exactly_k_are_kept_also_where_some_are_equal(framework, rng):
    z = rng.permuted(np.tile([3.0, 3.0, 3.0, 1.0, -2.0, -2.0], (20, 1)), axis=1)
    for k in (1, 2, 4, 5):
        found = framework.apply(framework.twin.TopK(k), z)
        assert ((found != 0).sum(1) == k).all()
        np.testing.assert_allclose(found.sum(1), np.cumsum([3, 3, 3, 1, -2])[k - 1])
        np.testing.assert_array_equal(found[found != 0], z[found != 0])


def test_the_gradient_passes_through_what_is_kept(framework, rng):
    z = rng.normal(size=(8, 5))
    [gradient] = framework.gradient(framework.twin.TopK(2), z)
    expected = z >= np.sort(z, axis=1)[:, -2:-1]
    np.testing.assert_array_equal(gradient, expected)


def test_each_unit_wins_its_share_of_a_batch_and_all_in_use(framework, rng):
    z = rng.normal(size=(30, 4))
    layer = framework.twin.WinnerTakeAll(0.11)
    if framework.name == "torch":
        trained = framework.apply(layer.train(), z)
        used = framework.apply(layer.eval(), z)
    else:
        trained = framework.apply(lambda t: layer(t, training=True), z)
        used = framework.apply(layer, z)
    winners = z >= np.sort(z, axis=0)[-4]  # ceil(0.11 * 30)
    np.testing.assert_allclose(trained, np.where(winners, z, 0), rtol=1e-6)
    np.testing.assert_allclose(used, z, rtol=1e-6)


def test_a_unit_is_dead_after_so_many_batches_without_it(framework, data):
    """The bias keeps the first unit out of every code; a value of 0 does not count as active."""
    model = make(framework, k=2, dead_after=3)
    own, first, second = parity.export_weights(model)
    first["bias"] = np.array([-1e3, 0.0, 0.0])
    parity.import_weights(model, [own, first, second])
    x = data.train.x[:25]
    dead = []
    for _ in range(4):
        dead.append(aelib.evaluate(model, x)["dead"])
        framework.twin.fit(model, x, batch_size=25, learning_rate=1e-9, **STEP)
    assert dead == pytest.approx([0, 0, 0, 1 / 3])
    np.testing.assert_array_equal(parity.export_weights(model)[0]["idle"], [4, 0, 0])
    silent = parity.export_weights(model)
    for layer, array in ((1, "kernel"), (1, "bias"), (2, "kernel")):  # no gradient moves them
        silent[layer][array] = np.zeros_like(silent[layer][array])
    parity.import_weights(model, silent)
    framework.twin.fit(model, x, batch_size=25, learning_rate=1e-9, **STEP)
    np.testing.assert_array_equal(parity.export_weights(model)[0]["idle"], [5, 1, 1])


def revived(framework, data, idle):
    """Return a model with weights known, two of five units dead or not, and those weights."""
    twin = framework.twin
    nets = twin.mlp_encoder(5, (), input_shape=(6, 6)), twin.mlp_decoder(5, (), output_shape=(6, 6))
    model = twin.TopKAutoencoder(*nets, 5, 2, revival=0.5, k_aux=1, dead_after=3)
    own, first, second = parity.export_weights(model)
    own["idle"], first["bias"] = np.array(idle), np.array([-9.0, -8.0, 0.0, 0.0, 0.0])
    second["bias"] = np.full(36, 0.1)
    parity.import_weights(model, [own, first, second])
    return model, first, second


def test_dead_units_rebuild_what_the_others_leave(framework, data):
    model, first, second = revived(framework, data, [3, 7, 0, 0, 0])
    x = data.test.x.reshape(30, 36).astype(float)
    z = x @ first["kernel"] + first["bias"]
    kept = np.where(z >= np.sort(z, axis=1)[:, -2:-1], z, 0)
    error = x - kept @ second["kernel"] - second["bias"]
    dead = np.where(np.arange(5) == z[:, :2].argmax(1)[:, None], z, 0)  # the larger of the two
    expected = ((error - dead @ second["kernel"]) ** 2).sum(1).mean()
    assert aelib.evaluate(model, data.test.x)["revival"] == pytest.approx(expected, rel=1e-4)


def test_the_revival_moves_dead_units_alone(framework, data):
    """Against the same step without it; the biases of the decoder cancel."""
    moved = []
    for idle in ([3, 7, 0, 0, 0], [0, 0, 0, 0, 0]):
        model, *_ = revived(framework, data, idle)
        if not moved:
            start = parity.export_weights(model)
        parity.import_weights(model, [parity.export_weights(model)[0], *start[1:]])
        framework.twin.fit(model, data.test.x, batch_size=30, learning_rate=1e-3, **STEP)
        moved.append(parity.export_weights(model))
    with_it, without = moved
    differs = with_it[1]["kernel"] - without[1]["kernel"]
    assert np.abs(differs[:, :2]).max() > 1e-4
    np.testing.assert_allclose(differs[:, 2:], 0, atol=1e-7)
    differs = with_it[2]["kernel"] - without[2]["kernel"]
    assert np.abs(differs[:2]).max() > 1e-4
    np.testing.assert_allclose(differs[2:], 0, atol=1e-7)
    np.testing.assert_allclose(with_it[2]["bias"], without[2]["bias"], atol=1e-7)


def test_without_dead_units_nothing_is_revived(framework, data):
    model, *_ = revived(framework, data, [0, 0, 2, 0, 0])
    assert aelib.evaluate(model, data.test.x)["revival"] == 0


@pytest.mark.parametrize("name", ["k", "k_aux"])
@pytest.mark.parametrize("k", [0, 4])
def test_a_k_that_a_code_has_not_is_refused(framework, name, k):
    with pytest.raises(
        ValueError, match=f"^{name} must be at least 1 and at most latent_dim, 3, got {k}"
    ):
        make(framework, **{"k": 2, name: k})


def test_a_share_that_means_nothing_is_refused(framework):
    with pytest.raises(ValueError, match=r"share must lie in \(0, 1\], got 0"):
        framework.twin.WinnerTakeAll(0)
