"""Training: what is recorded, what is repeatable, and what `fit` accepts."""

import importlib

import numpy as np
import pytest

import aelib
from aelib.keras.training import engine
from tests.models.kinds import fix_noise

OPTIONS = {"batch_size": 20, "learning_rate": 1e-2, "schedule": "constant", "progress": False}


def test_the_loss_is_the_weighted_sum_of_the_terms(framework, make, data):
    """The sum is what is reported and what is trained: a heavy KL pushes codes to the prior."""
    kl = {}
    for beta in (0.01, 100.0):
        run = framework.twin.fit(make(framework, "VAE", beta=beta), data, epochs=5, **OPTIONS)
        for history in run.history.values():
            expected = np.add(history["reconstruction"], np.multiply(beta, history["kl"]))
            np.testing.assert_allclose(history["loss"], expected, rtol=1e-5)
        kl[beta] = run.final("kl")
    assert kl[100.0] < 0.05 * kl[0.01]


def test_a_valid_number_is_measured_after_the_epoch(framework, make, data):
    model = make(framework, "Autoencoder")
    run = framework.twin.fit(model, data, epochs=2, **OPTIONS)
    squared = (data.valid.x - aelib.reconstruct(model, data.valid.x)) ** 2
    assert run.final() == pytest.approx(squared.sum(axis=(1, 2)).mean(), rel=1e-5)


def test_a_train_number_is_the_mean_over_all_examples_of_the_epoch(framework, make, rng):
    """Eight examples in batches of three: the last batch of two counts for two, not for three."""
    x = rng.random((8, 6, 6)).astype(np.float32)
    x[0] = 1.0
    model = make(framework, "Autoencoder")
    squared = (x - aelib.reconstruct(model, x)) ** 2
    options = {**OPTIONS, "batch_size": 3, "optimizer": "sgd", "learning_rate": 1e-12}
    history = framework.twin.fit(model, x, epochs=2, **options).history["train"]
    expected = squared.sum(axis=(1, 2)).mean()
    assert history["loss"] == pytest.approx([expected, expected], rel=1e-5)


def test_every_example_is_seen_once_an_epoch(framework, one_unit):
    """z falls by 2 rate with each step, so z after three steps counts the steps: 8 = 3 + 3 + 2."""
    model = one_unit(lambda z: {"reconstruction": z}, start=1.0)
    x = np.ones((8, 1), np.float32)
    options = {**OPTIONS, "batch_size": 3, "optimizer": "sgd"}
    framework.twin.fit(model, x, epochs=2, **options)
    assert aelib.encode(model, x)[0, 0] == pytest.approx(1 - 6 * 2 * 1e-2, rel=1e-5)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    framework, make, data, weights
):
    """Seeded are the first weights, the order of the examples and the noise."""
    found = {}
    for name, seed in {"first": 3, "again": 3, "other": 4}.items():
        aelib.start(seed)
        model = make(framework, "VAE")
        framework.twin.fit(model, data, epochs=1, **OPTIONS)
        found[name] = np.concatenate([array.ravel() for array in weights(model)])
    np.testing.assert_allclose(found["first"], found["again"], atol=1e-6)
    assert np.abs(found["first"] - found["other"]).max() > 1e-2


def test_examples_come_in_a_random_order(framework, make, data, weights):
    """The order is all that is random here: both models start from the same weights."""
    model = make(framework, "Autoencoder")
    start = framework.twin.ADAPTER.export_weights(model)
    found = []
    for seed in (3, 4):
        framework.twin.ADAPTER.import_weights(model, start)
        aelib.start(seed)
        framework.twin.fit(model, data.train.x, epochs=1, **OPTIONS)
        found.append(np.concatenate([array.ravel() for array in weights(model)]))
    assert np.abs(found[0] - found[1]).max() > 1e-4


def test_data_may_be_arrays_or_parts_instead_of_a_dataset(framework, make, data):
    train, valid = data.train, data.valid
    ways = [
        (data, None),
        (train, valid),
        (train.x, valid.x),
        ({"x": train.x}, {"x": valid.x}),
        (train.x.tolist(), valid),
    ]
    histories = []
    for train_part, valid_part in ways:
        aelib.start(0)
        model = make(framework, "Autoencoder")
        run = framework.twin.fit(model, train_part, epochs=1, valid=valid_part, **OPTIONS)
        histories.append(run.history)
    assert len(histories[0]["valid"]["loss"]) == 1
    for history in histories[1:]:
        assert history == histories[0]
    aelib.start(0)
    alone = framework.twin.fit(make(framework, "Autoencoder"), train.x, epochs=1, **OPTIONS)
    assert alone.history == {"train": histories[0]["train"], "valid": {}}


def test_a_number_that_was_not_measured_is_refused(framework, make, data):
    run = framework.twin.fit(make(framework, "Autoencoder"), data.train.x, epochs=1, **OPTIONS)
    with pytest.raises(ValueError, match=r"valid history has no 'loss'; .* no validation data"):
        run.final()
    with pytest.raises(ValueError, match="train history has no 'kl'; it holds reconstruction, l"):
        run.final("kl", "train")


def test_an_optimizer_of_the_framework_keeps_its_own_rate(framework, make, data, weights):
    found = []
    for own in (True, False):
        aelib.start(0)
        model = make(framework, "Autoencoder")
        if not own:
            how = {"optimizer": "sgd", "learning_rate": 0.02, "schedule": "constant"}
        elif framework.name == "keras":
            how = {"optimizer": importlib.import_module("keras").optimizers.SGD(0.02)}
        else:
            sgd = importlib.import_module("torch").optim.SGD
            how = {"optimizer": sgd(model.parameters(), lr=0.02)}
        framework.twin.fit(model, data, epochs=2, batch_size=20, progress=False, **how)
        found.append(weights(model))
    for first, second in zip(*found, strict=True):
        np.testing.assert_allclose(first, second, atol=1e-6)


@pytest.mark.parametrize(("clip_norm", "share"), [(0.5, 0.5 / 2**0.5), (2.0, 1.0)])
def test_a_long_gradient_is_scaled_down(framework, one_unit, ones, clip_norm, share):
    """z = w + b has the gradient (1, 1), of norm 2^(1/2); unclipped, a step lowers z by 2 rate."""
    model = one_unit(lambda z: {"reconstruction": z}, start=1.0)
    options = {**OPTIONS, "optimizer": "sgd", "clip_norm": clip_norm}
    framework.twin.fit(model, ones, epochs=3, **options)
    assert aelib.encode(model, ones)[0, 0] == pytest.approx(1 - 3 * 2 * 1e-2 * share, abs=1e-6)


def test_layers_know_when_they_train(framework, make, data):
    """Dropout is active in training, and neither in validation nor behind `aelib.encode`."""
    model = make(framework, "Autoencoder")
    if framework.name == "keras":
        model.decoder = importlib.import_module("keras").Sequential(
            [importlib.import_module("keras").layers.Dropout(0.5), model.decoder]
        )
    else:
        nn = importlib.import_module("torch.nn")
        model.decoder = nn.Sequential(nn.Dropout(0.5), model.decoder)
    options = {**OPTIONS, "optimizer": "sgd", "learning_rate": 1e-12}
    x = data.train.x
    history = framework.twin.fit(model, x, epochs=2, valid=x, **options).history
    whole = np.square(x - aelib.reconstruct(model, x)).sum(axis=(1, 2)).mean()
    assert history["valid"]["loss"] == pytest.approx([whole, whole], rel=1e-5)
    # With half of a code missing, the reconstruction of the same weights is another one.
    assert all(abs(dropped - whole) > 1e-3 * whole for dropped in history["train"]["loss"])
    assert history["train"]["loss"][0] != history["train"]["loss"][1]
    np.testing.assert_array_equal(aelib.reconstruct(model, x), aelib.reconstruct(model, x))


def test_one_bar_shows_the_progress_where_it_is_wanted(framework, make, x, capsys):
    model = make(framework, "Autoencoder")
    capsys.readouterr()
    framework.twin.fit(model, x, epochs=1, progress=False)
    assert capsys.readouterr() == ("", "")
    framework.twin.fit(model, x, epochs=2)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Autoencoder: 100%" in shown.err
    assert "2/2" in shown.err


@pytest.mark.parametrize("name", ["AdversarialAutoencoder", "VQVAE"])
def test_few_steps_give_what_a_compiled_training_gives(both, name, make, data, monkeypatch):
    """Keras takes a few steps one by one; so do players, and a model's own rule."""
    keras, histories = both["keras"], []
    for few_steps in (0, 1000):
        monkeypatch.setattr(engine, "FEW_STEPS", few_steps)
        aelib.start(seed=0)
        model = make(keras, name)
        fix_noise(model, keras)
        histories.append(keras.twin.fit(model, data.train.x, epochs=2, **OPTIONS).history["train"])
    for term, values in histories[0].items():
        assert histories[1][term] == pytest.approx(values, rel=1e-4), term
