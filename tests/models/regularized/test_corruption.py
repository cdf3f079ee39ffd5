"""Corruptions: their laws, and that they act in training only."""

import dataclasses

import numpy as np
import pytest

import aelib

N = 40_000
# Of each kind its argument, and for x = 0.5: the mean, the variance, the share that stays as it is.
LAWS = {
    "GaussianNoise": (0.3, 0.5, 0.09, 0.0),
    "MaskingNoise": (0.3, 0.35, 0.25 * 0.21, 0.7),
    "DropoutNoise": (0.3, 0.5, 0.25 * 0.3 / 0.7, 0.0),
    "SaltAndPepperNoise": (0.3, 0.5, 0.075, 0.7),
}


@pytest.mark.parametrize("kind", LAWS)
def test_its_law_is_the_one_described(framework, kind):
    strength, mean, variance, kept = LAWS[kind]
    layer = getattr(framework.twin, kind)(strength)
    x = framework.tensor(np.full((N, 1), 0.5))
    found = framework.to_numpy(layer.corrupt(x)).astype(float)
    assert found.shape == (N, 1)
    assert abs(found.mean() - mean) < 5 * np.sqrt(variance / N)
    assert found.var() == pytest.approx(variance, rel=0.05)
    assert np.mean(found == 0.5) == pytest.approx(kept, abs=0.02)
    assert not np.array_equal(found, framework.to_numpy(layer.corrupt(x)))


def test_salt_is_as_frequent_as_pepper(framework):
    layer = framework.twin.SaltAndPepperNoise(0.4)
    found = framework.to_numpy(layer.corrupt(framework.tensor(np.full((N, 1), 0.5))))
    assert np.mean(found == 0) == pytest.approx(0.2, abs=0.02)
    assert np.mean(found == 1) == pytest.approx(0.2, abs=0.02)


@pytest.mark.parametrize("kind", LAWS)
def test_it_acts_in_training_only(framework, kind):
    layer = getattr(framework.twin, kind)(0.3)
    x = framework.tensor(np.full((50, 2), 0.5))
    train, use = {
        "keras": (lambda: layer(x, training=True), lambda: layer(x)),
        "torch": (lambda: layer.train()(x), lambda: layer.eval()(x)),
    }[framework.name]
    assert not np.array_equal(framework.to_numpy(train()), framework.to_numpy(x))
    np.testing.assert_array_equal(framework.to_numpy(use()), framework.to_numpy(x))


def test_a_denoiser_is_trained_on_noise_and_measured_without(framework, data):
    """At a rate of nearly 0 the two losses of a training differ by what the noise does."""
    twin = framework.twin
    nets = twin.mlp_encoder(3, (), input_shape=(6, 6)), twin.mlp_decoder(3, (), output_shape=(6, 6))
    model = twin.DenoisingAutoencoder(*nets, 3, twin.GaussianNoise(1.0))
    same = dataclasses.replace(data, valid=data.train)
    run = twin.fit(model, same, epochs=1, learning_rate=1e-9, progress=False)
    clean, noisy = (run.history[part]["loss"][0] for part in ("valid", "train"))
    assert clean == pytest.approx(aelib.evaluate(model, data.train.x)["loss"], rel=1e-4)
    assert noisy > 1.2 * clean


def test_a_kind_that_does_not_say_how_it_corrupts_is_named(framework):
    class Scratches(framework.twin.GaussianNoise.__base__):
        pass

    with pytest.raises(TypeError, match="Scratches does not define corrupt"):
        Scratches(0.1).corrupt(framework.tensor(np.zeros((1, 2))))


@pytest.mark.parametrize(
    ("kind", "strength", "message"),
    [
        ("GaussianNoise", -0.1, "sigma must be at least 0, got -0.1"),
        ("MaskingNoise", 1.0, r"share must lie in \[0, 1\), got 1.0"),
        ("DropoutNoise", -0.5, r"share must lie in \[0, 1\), got -0.5"),
        ("SaltAndPepperNoise", 2, r"share must lie in \[0, 1\), got 2"),
    ],
)
def test_a_strength_that_means_nothing_is_refused(framework, kind, strength, message):
    with pytest.raises(ValueError, match=message):
        getattr(framework.twin, kind)(strength)
