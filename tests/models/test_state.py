"""Buffers, frozen parts, progress, noise: what a training changes, keeps and gives back."""

import importlib
import itertools

import numpy as np
import pytest
from scipy.stats import kstest

import aelib
from aelib import NonFiniteError, Player, parity, warm_up
from aelib.bridge import adapter_of
from aelib.keras.training import engine

FIT = {"batch_size": 20, "progress": False}


def batch_norm(framework):
    """Return a layer that normalizes by the batch, and keeps running moments."""
    if framework.name == "keras":
        return importlib.import_module("keras").layers.BatchNormalization(epsilon=1e-5)
    return importlib.import_module("torch.nn").BatchNorm1d(6)


def dropout(framework):
    """Return a layer that sets half of its inputs to 0 in training."""
    if framework.name == "keras":
        return importlib.import_module("keras").layers.Dropout(0.5)
    return importlib.import_module("torch.nn").Dropout(0.5)


def with_batch_norm(framework, cls=None):
    """Return an autoencoder of 36 pixels whose encoder normalizes six hidden units."""
    return with_layer(framework, batch_norm(framework), cls)


def with_layer(framework, layer, cls=None):
    """Return an autoencoder of 36 pixels that has a layer behind six hidden units."""
    twin = framework.twin
    encoder = [twin.mlp_encoder(6, (), input_shape=(6, 6)), layer]
    last = twin.mlp_encoder(3, (), input_shape=(6,))
    if framework.name == "keras":
        keras = importlib.import_module("keras")
        encoder = keras.Sequential([keras.Input((6, 6)), *encoder, last])
    else:
        encoder = importlib.import_module("torch.nn").Sequential(*encoder, last)
    decoder = twin.mlp_decoder(3, output_shape=(6, 6))
    return (cls or twin.Autoencoder)(encoder, decoder, 3)


def moments(model):
    """Return the running mean and variance of the model's BatchNorm."""
    layers = adapter_of(model).export_weights(model)
    [layer] = [layer for layer in layers if layer.kind == "batch normalization"]
    return np.concatenate([layer.arrays["mean"], layer.arrays["variance"]])


def test_buffers_are_copied_with_the_weights(both, data):
    source, target = (with_batch_norm(both[name]) for name in ("keras", "torch"))
    both["keras"].twin.fit(source, data, epochs=2, **FIT)
    parity.copy_weights(source, target)
    np.testing.assert_array_equal(moments(source), moments(target))
    assert np.abs(moments(source)[:6]).max() > 1e-2
    assert parity.gap(source, target, data.test.x) < 1e-5


def test_a_step_that_is_not_finite_leaves_the_buffers_too(framework, data):
    twin = framework.twin

    class Bad(twin.Autoencoder):
        def loss_terms(self, x):
            return {"bad": super().loss_terms(x)["reconstruction"] * float("inf")}

    model = with_batch_norm(framework, Bad)
    before = moments(model)
    with pytest.raises(NonFiniteError, match="the bad is not finite in epoch 1, step 1"):
        twin.fit(model, data.train, **FIT)
    np.testing.assert_array_equal(moments(model), before)


@pytest.mark.parametrize("few_steps", [0, 4], ids=["compiled", "step by step"])
def test_nothing_moves_after_a_step_that_is_not_finite(framework, data, few_steps, monkeypatch):
    """The first of two players fails in the third of four steps; the fourth would be finite."""
    monkeypatch.setattr(engine, "FEW_STEPS", few_steps)
    twin = framework.twin

    class Failing(twin.Autoencoder):
        players = (Player("encoder", ("encoder",)), Player("decoder", ("decoder",)))

        def terms_of(self, player, x):
            error = super().loss_terms(x)["reconstruction"]
            distance = self.progress - 0.5  # 0 / 0 in the third step
            fails = player.name == "encoder"
            return {f"{player.name} error": error * distance / distance if fails else error}

        def after_step(self, x):
            total = sum(weight.sum() for weight in self.decoder.parameters())
            self.steps.add_(1)
            self.seen.copy_(total.detach())

    class FailingKeras(Failing):
        def after_step(self, x):
            ops = importlib.import_module("keras").ops
            total = sum(ops.sum(weight) for weight in self.decoder.weights)
            self.steps.assign(self.steps + 1)
            self.seen.assign(total)

    model = with_batch_norm(framework, Failing if framework.name == "torch" else FailingKeras)
    for name in ("steps", "seen"):
        if framework.name == "keras":
            weight = model.add_weight(shape=(), initializer="zeros", trainable=False, name=name)
            setattr(model, name, weight)
        else:
            model.register_buffer(name, importlib.import_module("torch").zeros(()))
    size = len(data.train.x) // 4
    with pytest.raises(NonFiniteError, match="encoder error is not finite in epoch 1, step 3"):
        twin.fit(model, data.train.x[: 4 * size], epochs=1, batch_size=size, progress=False)
    assert float(model.steps) == 2
    seen = float(model.seen)
    model.after_step(None)
    assert float(model.steps) == 3
    assert float(model.seen) == seen


def test_early_stopping_brings_back_the_buffers_of_its_epoch(framework, data):
    """The rate is so high that the validation loss goes up and down."""
    model = with_batch_norm(framework)
    wild = {"optimizer": "sgd", "learning_rate": 5.0, "clip_norm": 1.0, "patience": 2}
    run = framework.twin.fit(model, data, epochs=8, **wild, **FIT)
    assert run.kept < run.epochs
    assert aelib.evaluate(model, data.valid)["loss"] == pytest.approx(run.final(), rel=1e-4)


def test_a_last_batch_of_one_example_is_no_trouble_for_batch_norm(framework, data):
    model = with_batch_norm(framework)
    run = framework.twin.fit(model, data.train.x[:21], epochs=1, **FIT)
    assert np.isfinite(run.final("loss", "train"))


@pytest.fixture
def decoder_only(framework):
    """A kind of model that trains its decoder only: the encoder is no player's part."""

    class DecoderOnly(framework.twin.Autoencoder):
        players = (Player("decoder", parts=("decoder",)),)

    return DecoderOnly


@pytest.fixture
def two_parts(framework, decoder_only):
    return with_batch_norm(framework, decoder_only)


def test_a_part_that_no_player_names_is_frozen(framework, two_parts, data, weights):
    before, start = weights(two_parts), moments(two_parts)
    run = framework.twin.fit(two_parts, data, epochs=2, **FIT)
    after = weights(two_parts)
    changed = [not np.array_equal(a, b) for a, b in zip(before, after, strict=True)]
    kinds = [
        (layer.kind, name)
        for layer in adapter_of(two_parts).export_weights(two_parts)
        for name in sorted(layer.arrays)
    ]
    assert [c for c, (kind, name) in zip(changed, kinds, strict=True) if kind == "dense"] == [
        *([False] * 4),
        *([True] * 4),
    ]
    np.testing.assert_array_equal(moments(two_parts), start)
    assert run.parameters == sum(a.size for a in after[-4:])


def test_dropout_goes_on_in_a_frozen_part(framework, decoder_only, data):
    """It has no weights to freeze: the training sees its noise, validation does not."""
    model = with_layer(framework, dropout(framework), decoder_only)
    still = {"optimizer": "sgd", "learning_rate": 1e-9, "schedule": "constant"}
    run = framework.twin.fit(model, data.train.x, epochs=1, valid=data.train.x, **still, **FIT)
    assert abs(run.final("loss", "train") / run.final() - 1) > 0.01


def test_what_was_frozen_can_be_trained_again(framework, two_parts, data, weights):
    framework.twin.fit(two_parts, data, epochs=1, **FIT)
    type(two_parts).players = (Player("all"),)
    before = weights(two_parts)
    framework.twin.fit(two_parts, data, epochs=1, **FIT)
    changed = [not np.array_equal(a, b) for a, b in zip(before, weights(two_parts), strict=True)]
    assert sum(changed) >= 10


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("discriminator",), "names the part 'discriminator', and DecoderOnly has no such"),
        (("progress",), "DecoderOnly has no weights for the player p to train"),
    ],
)
def test_a_part_that_is_not_there_or_has_no_weights_is_named(
    framework, two_parts, data, parts, message
):
    type(two_parts).players = (Player("p", parts=parts),)
    with pytest.raises(ValueError, match=message):
        framework.twin.fit(two_parts, data, **FIT)


@pytest.fixture
def recorder(framework):
    """A model whose terms show what a step sees: its noise, and the progress."""
    twin = framework.twin

    class Recording(twin.Autoencoder):
        @property
        def loss_weights(self):
            return {"steady": lambda t: 10.0 * t, "noise": 0.0, "time": 0.0}

        def loss_terms(self, x):
            steady = super().loss_terms(x)["reconstruction"]
            first = self.noise("first", (1,))[0]
            return {
                "steady": steady,
                "noise": first + 0 * steady,
                "time": self.progress + 0 * steady,
            }

    nets = (
        twin.mlp_encoder(3, (), input_shape=(6, 6)),
        twin.mlp_decoder(3, (), output_shape=(6, 6)),
    )
    return Recording(*nets, 3)


def test_noise_is_fresh_in_every_step_and_in_validation(framework, recorder, data):
    """One batch an epoch: each number of the history is one draw."""
    run = framework.twin.fit(recorder, data, epochs=6, batch_size=100, progress=False)
    draws = [*run.history["train"]["noise"], *run.history["valid"]["noise"]]
    assert len(set(np.round(draws, 5))) == 12
    assert 0.2 < np.std(draws) < 3


def test_a_weight_may_be_a_function_of_the_progress(framework, recorder, data):
    history = framework.twin.fit(recorder, data, epochs=4, batch_size=100, progress=False).history
    for part, times in (("train", [0, 0.25, 0.5, 0.75]), ("valid", [0.25, 0.5, 0.75, 1])):
        np.testing.assert_allclose(history[part]["time"], times, atol=1e-6)
        expected = np.multiply(10 * np.array(times), history[part]["steady"])
        np.testing.assert_allclose(history[part]["loss"], expected, rtol=1e-5)
    assert float(recorder.progress) == 1


def test_a_warm_up_climbs_and_stays(framework, make, data):
    model = make(framework, "VAE", beta=warm_up(0.5, 2.0))
    history = framework.twin.fit(model, data, epochs=4, **FIT).history["valid"]
    weights = [
        (loss - r) / kl
        for loss, r, kl in zip(*(history[k] for k in ("loss", "reconstruction", "kl")), strict=True)
    ]
    np.testing.assert_allclose(weights, [1, 2, 2, 2], rtol=1e-4)


def test_keras_own_fit_follows_a_weight_that_changes(both, make, data):
    """Within one fit, by a callback; between two, by hand; and along the progress."""
    keras = importlib.import_module("keras")
    model = make(both["keras"], "VAE", beta=1.0)
    model.compile("sgd")
    betas = itertools.count(1)
    change = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: setattr(model, "beta", float(next(betas)))
    )
    options = {"batch_size": 100, "verbose": 0}
    logs = [model.fit(data.train.x, epochs=2, callbacks=[change], **options).history]
    model.beta = 9.0
    logs.append(model.fit(data.train.x, **options).history)
    found = np.concatenate(
        [np.subtract(log["loss"], log["reconstruction"]) / log["kl"] for log in logs]
    )
    np.testing.assert_allclose(found, [1, 2, 9], rtol=1e-3)


def test_keras_regularizers_of_the_callers_layers_count(both, data):
    """Half of the squared weights of one kernel, as a term of its own, and in the gradient."""
    keras, twin = importlib.import_module("keras"), both["keras"].twin
    dense = keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.5))
    encoder = keras.Sequential([keras.Input((6, 6)), keras.layers.Flatten(), dense])
    model = twin.Autoencoder(encoder, twin.mlp_decoder(3, (), output_shape=(6, 6)), 3)
    before = 0.5 * np.sum(np.square(dense.kernel.numpy()))
    run = twin.fit(model, data, epochs=30, batch_size=100, learning_rate=1e-2, progress=False)
    history = run.history["train"]
    assert history["regularization"][0] == pytest.approx(before, rel=1e-5)
    expected = np.add(history["reconstruction"], history["regularization"])
    np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)
    assert 0.5 * np.sum(np.square(dense.kernel.numpy())) < 0.8 * before


def test_a_torch_model_draws_its_noise_where_it_is(both, make):
    """The device "meta" computes nothing, and mixes with no other."""
    model = make(both["torch"], "VAE").to("meta")
    for kind in ("normal", "uniform"):
        assert model.noise("z", (3, 2), kind).device.type == "meta"


@pytest.mark.parametrize(("name", "law"), [("normal", "norm"), ("uniform", "uniform")])
def test_noise_has_the_law_that_was_asked_for(framework, make, name, law):
    model = make(framework, "Autoencoder")
    numbers = framework.to_numpy(model.noise("z", (4000, 2), name))
    assert kstest(numbers.ravel(), law).pvalue > 1e-4
    assert abs(np.corrcoef(numbers.T)[0, 1]) < 0.08
    with pytest.raises(ValueError, match="noise z must be 'normal' or 'uniform', got 'cauchy'"):
        model.noise("z", (2,), "cauchy")


def test_the_same_noise_is_drawn_by_both_and_only_in_the_block(both, make):
    models = [make(both[name], "VAE") for name in ("keras", "torch")]
    with parity.same_noise(*models, seed=3):
        draws = [np.asarray(model.noise("z", (4, 2))) for model in models]
        other = np.asarray(models[1].noise("other", (4, 2)))
    np.testing.assert_array_equal(*draws)
    assert not np.allclose(draws[0], other)
    assert not np.allclose(draws[1], models[1].noise("z", (4, 2)))


def test_a_torch_model_is_given_back_in_the_modes_it_came_in(both, make, data):
    model = make(both["torch"], "VAE")
    model.train()
    model.encoder.eval()
    before = [module.training for module in model.modules()]
    aelib.encode(model, data.test.x)
    aelib.evaluate(model, data.test.x)
    assert [module.training for module in model.modules()] == before
    both["torch"].twin.fit(model, data, epochs=1, **FIT)
    assert not any(module.training for module in model.modules())


def test_a_torch_module_that_keeps_a_tensor_can_be_trained_after_it_was_asked(both, data):
    """A tensor made without gradients by inference mode could not be."""
    torch, twin = importlib.import_module("torch"), both["torch"].twin

    class Caching(torch.nn.Module):
        grid = None

        def forward(self, x):
            if self.grid is None:
                self.grid = torch.ones(3)
            return x * self.grid

    nn = torch.nn
    encoder = nn.Sequential(nn.Flatten(), nn.LazyLinear(3), Caching())
    model = twin.Autoencoder(encoder, twin.mlp_decoder(3, output_shape=(6, 6)), 3)
    aelib.encode(model, data.test.x)
    run = twin.fit(model, data, epochs=1, **FIT)
    assert np.isfinite(run.final())
