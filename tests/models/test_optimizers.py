"""Optimizers that the caller made, and which weights they move."""

import importlib

import numpy as np
import pytest

from aelib.bridge import adapter_of
from aelib.training.players import Player

FIT = {"batch_size": 20, "progress": False}


@pytest.mark.parametrize("rate", [1, 10, np.float32(1e-3), np.float64(1e-3)], ids=repr)
def test_a_rate_may_be_any_positive_number(framework, one_unit, ones, rate):
    model = one_unit(lambda z: {"reconstruction": z}, start=1.0)
    run = framework.twin.fit(
        model, ones, 1, optimizer="sgd", learning_rate=rate, schedule="constant", **FIT
    )
    z = adapter_of(model).call(model, "encode", x=ones)[0, 0]
    assert z == pytest.approx(1 - 2 * float(rate), rel=1e-5)
    assert run.final("loss", "train") == 1


def test_an_optimizer_of_another_models_weights_is_refused(both, make, data):
    torch = importlib.import_module("torch")
    model, other = (make(both["torch"], "Autoencoder") for _ in range(2))
    for weights in (other.parameters(), [*model.parameters(), *other.parameters()]):
        with pytest.raises(ValueError, match="holds weights that are not this model's to train"):
            both["torch"].twin.fit(model, data, optimizer=torch.optim.SGD(weights, 0.1), **FIT)


def test_a_keras_optimizer_that_trained_another_model_is_refused(both, make, data):
    optimizer = importlib.import_module("keras").optimizers.SGD(0.01)
    both["keras"].twin.fit(make(both["keras"], "Autoencoder"), data, 1, optimizer=optimizer, **FIT)
    model = make(both["keras"], "Autoencoder")
    with pytest.raises(ValueError, match="holds weights that are not this model's to train"):
        both["keras"].twin.fit(model, data, 1, optimizer=optimizer, **FIT)


def test_an_optimizer_of_the_other_framework_is_refused(both, make, data):
    keras, torch = importlib.import_module("keras"), importlib.import_module("torch")
    model, other = (make(both[name], "Autoencoder") for name in ("torch", "keras"))
    own = torch.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(ValueError, match="a name or an optimizer of PyTorch, got SGD"):
        both["torch"].twin.fit(model, data, optimizer=keras.optimizers.SGD(), **FIT)
    with pytest.raises(ValueError, match="a name or an optimizer of Keras, got SGD"):
        both["keras"].twin.fit(other, data, optimizer=own, **FIT)


def test_an_optimizer_over_some_weights_moves_these_and_sees_no_others(both, make, data):
    """The gradients of the others are not computed, so none is left behind to pile up."""
    torch = importlib.import_module("torch")
    model = make(both["torch"], "Autoencoder")
    before = [weight.detach().clone() for weight in model.parameters()]
    own = torch.optim.SGD(model.decoder.parameters(), lr=0.05)
    run = both["torch"].twin.fit(model, data, 3, optimizer=own, **FIT)
    moved = [not torch.equal(a, b) for a, b in zip(before, model.parameters(), strict=True)]
    assert moved == [False] * 4 + [True] * 4
    assert all(weight.grad is None for weight in model.parameters())
    assert all(weight.requires_grad for weight in model.parameters())
    assert run.parameters == sum(weight.numel() for weight in model.decoder.parameters())


def test_a_gradient_is_scaled_down_as_a_whole(framework, data):
    """Its norm is over encoder and decoder, and both are scaled by one factor."""
    twin = framework.twin
    steps = {}
    for clip_norm in (None, 0.1):
        model = twin.Autoencoder(
            twin.mlp_encoder(3, (), input_shape=(6, 6)),
            twin.mlp_decoder(3, (), output_shape=(6, 6)),
            latent_dim=3,
        )
        layers = adapter_of(model).export_weights(model)
        rng = np.random.default_rng(0)
        for layer in layers[1:]:
            layer.arrays["kernel"][...] = rng.normal(scale=0.3, size=layer.arrays["kernel"].shape)
        adapter_of(model).import_weights(model, layers)
        options = {"optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant"}
        twin.fit(
            model, data.test.x, 1, clip_norm=clip_norm, batch_size=30, **options, progress=False
        )
        after = adapter_of(model).export_weights(model)
        steps[clip_norm] = [
            (new.arrays[name] - old.arrays[name]).ravel()
            for old, new in zip(layers[1:], after[1:], strict=True)
            for name in ("kernel", "bias")
        ]
    whole, clipped = (np.concatenate(step) for step in steps.values())
    assert np.linalg.norm(clipped) == pytest.approx(0.1 * 0.1, rel=1e-3)
    np.testing.assert_allclose(clipped / 0.01, whole / np.linalg.norm(whole), atol=1e-3)


def test_a_gradient_is_as_long_as_that_of_the_players_own_weights(framework, data):
    """What the loss would have of the encoder, which no player moves, does not shorten a step."""

    class DecoderOnly(framework.twin.Autoencoder):
        players = (Player("decoder", parts=("decoder",)),)

    encoder = framework.twin.mlp_encoder(3, (), input_shape=(6, 6))
    decoder = framework.twin.mlp_decoder(3, (), output_shape=(6, 6))
    model = DecoderOnly(encoder, decoder, latent_dim=3)
    before = adapter_of(model).export_weights(model)
    options = {"optimizer": "sgd", "learning_rate": 0.1, "schedule": "constant", "clip_norm": 0.01}
    framework.twin.fit(model, data.test.x, 3, batch_size=30, **options, progress=False)
    after = adapter_of(model).export_weights(model)
    change = [
        new.arrays[name] - old.arrays[name]
        for old, new in zip(before[1:], after[1:], strict=True)
        for name in ("kernel", "bias")
    ]
    length = np.sqrt(sum(np.sum(np.square(part)) for part in change))
    assert length == pytest.approx(3 * 0.1 * 0.01, rel=1e-2)


def test_a_loss_that_depends_on_no_weight_is_an_error(framework, data):
    twin = framework.twin

    class Untouched(twin.Autoencoder):
        def loss_terms(self, x):
            return {"constant": x[0, 0, 0]}

    nets = twin.mlp_encoder(3, input_shape=(6, 6)), twin.mlp_decoder(3, output_shape=(6, 6))
    with pytest.raises(ValueError, match="loss of autoencoder depends on none of the weights"):
        twin.fit(Untouched(*nets, 3), data, **FIT)


def test_the_fifth_fit_in_a_process_prints_no_warning(framework, make, data, caplog, capsys):
    for _ in range(7):
        framework.twin.fit(make(framework, "Autoencoder"), data.test.x, 1, **FIT)
    assert caplog.text == ""
    assert capsys.readouterr().err == ""
