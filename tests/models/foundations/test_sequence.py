"""Sequences of varying length: what is padded changes nothing."""

import importlib

import numpy as np
import pytest

import aelib
from aelib import parity
from tests.models.kinds import KINDS, LATENT_DIM, SHAPE

STEP = {"optimizer": "sgd", "learning_rate": 1e-2, "schedule": "constant", "progress": False}


def make(framework, cell="gru", **options):
    twin = framework.twin
    encoder = twin.recurrent_encoder(LATENT_DIM, 5, cell, input_shape=SHAPE)
    decoder = twin.recurrent_decoder(LATENT_DIM, 5, cell, output_shape=SHAPE)
    return twin.SequenceAutoencoder(encoder, decoder, LATENT_DIM, **options)


@pytest.fixture(params=["gru", "lstm"])
def cell(request):
    return request.param


def padded_with(data, fill):
    """Return the images with other numbers in the rows that the mask leaves out."""
    return np.where(data.test.mask[..., None] > 0, data.test.x, fill).astype(np.float32)


def test_what_is_padded_changes_nothing_to_the_last_bit(framework, cell, data, rng):
    model, mask = make(framework, cell, data_range=None), data.test.mask
    found = []
    for fill in (0.0, 1.0, -1e3 * rng.random(data.test.x.shape)):
        x = padded_with(data, fill)
        results = [aelib.encode(model, x, mask=mask), aelib.reconstruct(model, x, mask=mask)]
        found.append([*results, aelib.evaluate(model, x, mask=mask)["loss"]])
    for other in found[1:]:
        for first, second in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(first, second)
    assert not np.array_equal(aelib.encode(model, x, mask=np.ones_like(mask)), found[0][0])


def test_nor_does_it_change_the_gradient(framework, data, rng, weights):
    start, found = None, []
    for fill in (0.0, rng.random(data.test.x.shape)):
        model = make(framework)
        start = start or parity.export_weights(model)
        parity.import_weights(model, start)
        batch = {"x": padded_with(data, fill), "mask": data.test.mask}
        framework.twin.fit(model, batch, epochs=1, batch_size=30, **STEP)
        found.append(weights(model))
    for first, second in zip(*found, strict=True):
        np.testing.assert_allclose(first, second, atol=1e-7)


def test_a_sequence_has_the_code_that_it_has_alone_and_without_padding(framework, cell, data):
    """The networks of one step more or less have the same weights."""
    twin, model = framework.twin, make(framework, cell)
    codes = aelib.encode(model, data.test.x, mask=data.test.mask)
    for index in range(SHAPE[0]):
        length = int(data.test.mask[index].sum())
        short = twin.recurrent_encoder(LATENT_DIM, 5, cell, input_shape=(length, SHAPE[1]))
        parity.import_weights(short, parity.export_weights(model.encoder))
        alone = twin.SequenceAutoencoder(short, model.decoder, LATENT_DIM)
        x = data.test.x[index : index + 1, :length]
        found = aelib.encode(alone, x, mask=np.ones((1, length)))
        np.testing.assert_allclose(found[0], codes[index], atol=1e-6)


def test_the_loss_is_the_squared_error_of_the_steps_of_a_sequence(framework, data):
    model, x, mask = make(framework), data.test.x, data.test.mask
    x_hat = aelib.decode(model, aelib.encode(model, x, mask=mask))
    expected = np.mean(np.sum((x - x_hat) ** 2 * mask[..., None], axis=(1, 2)))
    assert aelib.evaluate(model, x, mask=mask)["loss"] == pytest.approx(expected, rel=1e-5)
    own = aelib.reconstruct(model, x, mask=mask)
    np.testing.assert_array_equal(own, np.where(mask[..., None] > 0, x_hat, 0))
    assert np.abs(x_hat[mask == 0]).min() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda mask: mask[:, :-1], r"mask must have shape \(30, 6\), one number a step, got"),
        (lambda mask: mask[..., None], r"mask must have shape \(30, 6\), one number a step, got"),
        (lambda mask: 0.5 * mask, r"1 for a step and 0 for padding, got 0\.5"),
        (lambda mask: mask[:, ::-1], "without steps: the first number must be 1"),
        (lambda mask: 0 * mask, "without steps: the first number must be 1"),
        (lambda mask: np.tile([1, 0, 1, 1, 1, 1], (30, 1)), "the padding at the end: ones first"),
    ],
    ids=["short", "axes", "shares", "at the start", "empty", "gap"],
)
def test_a_mask_of_another_form_is_refused(framework, data, change, message):
    model, mask = make(framework), change(data.test.mask)
    with pytest.raises(ValueError, match=message):
        framework.twin.fit(model, {"x": data.test.x, "mask": mask}, **STEP)
    with pytest.raises(ValueError, match=message):
        aelib.encode(model, data.test.x, mask=mask)


def test_codes_are_decoded_with_a_mask_or_without(framework, data):
    model, mask = make(framework), data.test.mask
    z = np.zeros((30, LATENT_DIM))
    whole = aelib.decode(model, z)
    np.testing.assert_array_equal(aelib.decode(model, z, mask=mask), whole * mask[..., None])
    with pytest.raises(ValueError, match="the padding at the end"):
        aelib.decode(model, z[:1], mask=[[1, 0, 1, 1, 1, 1]])


@pytest.mark.parametrize("net", ["recurrent_encoder", "recurrent_decoder"])
def test_an_unknown_cell_and_an_empty_code_are_refused(framework, net):
    with pytest.raises(ValueError, match="cell must be one of gru, lstm, got 'rnn'"):
        getattr(framework.twin, net)(3, cell="rnn")
    with pytest.raises(ValueError, match="latent_dim must be at least 1, got 0"):
        getattr(framework.twin, net)(0)


def test_keras_does_not_warn_of_masks(both, data, recwarn):
    model = KINDS["SequenceAutoencoder"].build(both["keras"].twin, "SequenceAutoencoder")
    both["keras"].twin.fit(model, data, epochs=1, batch_size=100, **STEP)
    aelib.reconstruct(model, data.test.x, mask=data.test.mask)
    assert not [warning for warning in recwarn if "mask" in str(warning.message)]


def test_a_recurrent_layer_starts_alike_in_both(framework, cell):
    """Glorot's bound, an orthogonal recurrent kernel, biases 0, but 1 for the gate that keeps."""
    encoder = framework.twin.recurrent_encoder(2, 30, cell, input_shape=(4, 300))
    layer = parity.export_weights(encoder)[0]
    gates = {"gru": 3, "lstm": 4}[cell]
    bound = np.sqrt(6 / (300 + gates * 30))
    assert np.abs(layer["kernel"]).max() <= bound
    np.testing.assert_allclose(layer["kernel"].std(), bound / np.sqrt(3), rtol=0.02)
    square = layer["recurrent_kernel"] @ layer["recurrent_kernel"].T
    np.testing.assert_allclose(square, np.eye(30), atol=1e-5)
    bias = np.zeros_like(layer["bias"])
    if cell == "lstm":
        bias[30:60] = 1  # forget
    else:
        bias[0, :30] = 1  # update
    np.testing.assert_array_equal(layer["bias"], bias)


def test_pytorchs_packed_sequences_give_the_same_codes(both, data):
    """What its manual recommends for padded sequences, and what the encoder does instead."""
    torch = importlib.import_module("torch")
    rnn = torch.nn.utils.rnn
    encoder = both["torch"].twin.recurrent_encoder(LATENT_DIM, 5, input_shape=SHAPE)
    x, lengths = torch.tensor(data.test.x), torch.tensor(data.test.mask.sum(axis=1)).long()
    packed = rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    with torch.no_grad():
        _, last = encoder.recurrent(packed)
        found = encoder(x, torch.tensor(data.test.mask) > 0)
        np.testing.assert_allclose(found, encoder.dense(last[0]), atol=1e-6)
