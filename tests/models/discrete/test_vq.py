"""The vector-quantized autoencoder: its tokens, its gradients, and how its entries move."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import entropy

import aelib
from aelib import parity
from aelib.bridge import adapter_of

STEP = {"optimizer": "sgd", "schedule": "constant", "epochs": 1, "progress": False}
STILL = {**STEP, "learning_rate": 1e-12}


@pytest.fixture
def model(framework, make):
    return make(framework, "VQVAE", start=0.5, revive_below=None)


def own(model):
    """Return codebook, counts, sums and whether it has started, by name."""
    return parity.export_weights(model)[0]


def vectors(framework, model, x):
    """Return the vectors of x, one in each row."""
    return framework.apply(model.vectors, x).reshape(-1, 2)


def train(framework, model, x, **options):
    framework.twin.fit(model, x, batch_size=len(x), **{**STILL, **options})


def test_tokens_are_the_nearest_entries(framework, model, x):
    tokens = aelib.encode(model, x)
    nearest = cdist(vectors(framework, model, x), own(model)["codebook"]).argmin(axis=1)
    np.testing.assert_array_equal(tokens.ravel(), nearest)
    assert len(set(nearest)) > 1


def test_a_token_is_decoded_as_its_entry(framework, model):
    tokens = np.arange(9).reshape(1, 3, 3) % 5
    entries = own(model)["codebook"][tokens]
    expected = framework.apply(model.decode_vectors, entries)
    np.testing.assert_allclose(aelib.decode(model, tokens), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("tokens", "message"),
    [
        (np.full((1, 3, 3), 5), "integers from 0 to 4, got int64 from 5 to 5"),
        (np.full((1, 3, 3), -1), "integers from 0 to 4"),
        (np.zeros((1, 3, 3)), "integers from 0 to 4, got float64"),
        (np.zeros((1, 3), int), r"z must have shape \(n, 3, 3\), got \(1, 3\)"),
    ],
)
def test_codes_that_are_no_tokens_are_refused(model, tokens, message):
    with pytest.raises(ValueError, match=message):
        aelib.decode(model, tokens)


def test_the_encoder_gets_the_decoders_gradient_at_the_entry(framework, model, x):
    """The gradient of a bias of the encoder's last layer, added up by hand.

    At each vector it is the decoder's gradient at the chosen entry, and the commitment's,
    2 beta (z - q); the true gradient of the quantized path would be 0.
    """
    z = vectors(framework, model, x).reshape(len(x), 3, 3, 2)
    q = own(model)["codebook"][aelib.encode(model, x)]

    def error(entries):
        difference = framework.tensor(x) - model.decode_vectors(entries)
        return (difference**2).reshape((len(x), -1)) if framework.name == "torch" else difference**2

    [at_entry] = framework.gradient(error, q)
    expected = (at_entry + 2 * 0.25 * (z - q)).sum(axis=(0, 1, 2)) / len(x)
    before = parity.export_weights(model)[2]["bias"]
    train(framework, model, x, learning_rate=1e-2)
    after = parity.export_weights(model)[2]["bias"]
    np.testing.assert_allclose((before - after) / 1e-2, expected, rtol=1e-3, atol=1e-4)


def test_entries_are_moving_averages(framework, make, x):
    model = make(framework, "VQVAE", start=0.5, revive_below=None, decay=0.9)
    before, z = own(model), vectors(framework, model, x)
    chosen = np.eye(5)[cdist(z, before["codebook"]).argmin(axis=1)]
    train(framework, model, x)
    counts = 0.9 * np.ones(5) + 0.1 * chosen.sum(axis=0)
    sums = 0.9 * before["codebook"] + 0.1 * chosen.T @ z
    after = own(model)
    np.testing.assert_allclose(after["counts"], counts, rtol=1e-5)
    np.testing.assert_allclose(after["sums"], sums, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(after["codebook"], sums / counts[:, None], rtol=1e-4, atol=1e-5)


def test_without_decay_a_step_is_one_of_k_means(framework, make, x):
    model = make(framework, "VQVAE", start=0.5, revive_below=None, decay=0.0)
    z = vectors(framework, model, x)
    nearest = cdist(z, own(model)["codebook"]).argmin(axis=1)
    train(framework, model, x)
    found = own(model)["codebook"]
    for entry in set(nearest):
        np.testing.assert_allclose(found[entry], z[nearest == entry].mean(axis=0), atol=1e-5)


def test_without_averages_the_entries_follow_their_gradient(framework, make, x):
    """Of the sum over the places that chose an entry: 2 (e - z)."""
    model = make(framework, "VQVAE", start=0.5, revive_below=None, averages=False)
    before, z = own(model)["codebook"], vectors(framework, model, x)
    chosen = np.eye(5)[cdist(z, before).argmin(axis=1)]
    gradient = 2 * (chosen.sum(axis=0)[:, None] * before - chosen.T @ z) / len(x)
    assert "codebook" in aelib.evaluate(model, x)
    train(framework, model, x, learning_rate=1e-3)
    np.testing.assert_allclose((before - own(model)["codebook"]) / 1e-3, gradient, atol=2e-3)


def test_entries_start_at_vectors_of_the_first_batch(framework, make, x):
    model = make(framework, "VQVAE")
    z = vectors(framework, model, x)
    train(framework, model, x)
    state = own(model)
    assert cdist(state["codebook"], z).min(axis=1).max() < 1e-4
    np.testing.assert_array_equal(state["counts"], np.ones(5))
    np.testing.assert_array_equal(state["sums"], state["codebook"])
    assert len(np.unique(np.round(state["codebook"], 5), axis=0)) > 2
    assert state["started"] == 1


@pytest.mark.parametrize("revive_below", [None, 0.5])
def test_an_entry_that_nobody_chooses_is_revived(framework, make, x, revive_below):
    """Entry 4 is far from everything; its count halves in the step."""
    model = make(framework, "VQVAE", start=0.5, decay=0.5, revive_below=revive_below)
    layers = adapter_of(model).export_weights(model)
    layers[0].arrays["codebook"][4] = layers[0].arrays["sums"][4] = 1000
    adapter_of(model).import_weights(model, layers)
    z = vectors(framework, model, x)
    train(framework, model, x)
    state = own(model)
    if revive_below is None:
        np.testing.assert_allclose(state["codebook"][4], 1000, rtol=1e-4)
        assert state["counts"][4] == pytest.approx(0.5)
        return
    assert cdist(state["codebook"][4:], z).min() < 1e-4


def test_an_entry_that_nobody_chooses_does_not_drift(framework, make, x):
    """Its averages fade below what float32 can hold: by .99 a step, within 8,700 steps."""
    model = make(framework, "VQVAE", start=0.5, decay=0.01, revive_below=None)
    layers = adapter_of(model).export_weights(model)
    far = np.array([1000, 0.001], np.float32)
    layers[0].arrays["codebook"][4] = layers[0].arrays["sums"][4] = far
    adapter_of(model).import_weights(model, layers)
    train(framework, model, x, epochs=24)
    assert own(model)["counts"][4] < 1e-37
    np.testing.assert_array_equal(own(model)["codebook"][4], far)


def test_perplexity_is_that_of_the_shares(framework, model, x):
    tokens = aelib.encode(model, x).ravel()
    expected = np.exp(entropy(np.bincount(tokens, minlength=5)))
    assert aelib.evaluate(model, x)["perplexity"] == pytest.approx(expected, rel=1e-5)
    assert 1 < expected <= 5
    loss = aelib.evaluate(model, x)
    assert loss["loss"] == pytest.approx(loss["reconstruction"] + 0.25 * loss["commitment"])


def test_a_codebook_has_a_choice_and_an_encoder_its_grid(framework, make, x):
    twin = framework.twin
    nets = twin.mlp_encoder(2), twin.mlp_decoder(2)
    with pytest.raises(ValueError, match="entries must be at least 2, got 1"):
        twin.VQVAE(*nets, entries=1)
    model = make(framework, "VQVAE")
    model.grid = (2, 2)
    with pytest.raises(ValueError, match=r"2 numbers on a grid \(2, 2\); it gives 2 on \(3, 3\)"):
        aelib.encode(model, x)
