"""A GAN over vectors: its losses, the best discriminator, and what moves the generator."""

import numpy as np
import pytest
from scipy.stats import norm

import aelib
from aelib import parity
from tests.models.files import THROUGH

WIDTH = 2
FIT = {"batch_size": 250, "progress": False}
HALF = np.log(2)


def make(framework, hidden=(8,), width=WIDTH):
    twin = framework.twin
    generator = twin.mlp_encoder(width, hidden, "gelu", input_shape=(width,))
    return twin.CodeGAN(generator, twin.mlp_encoder(1, hidden, "gelu", input_shape=(width,)), width)


def softplus(u):
    return np.logaddexp(0, u)


def dense(layers, x):
    """Return the output of dense layers with a tanh between them."""
    for index, layer in enumerate(layers):
        x = x @ layer["kernel"].astype(float) + layer["bias"]
        x = np.tanh(x) if index < len(layers) - 1 else x
    return x


def with_tanh(framework):
    twin = framework.twin
    nets = [twin.mlp_encoder(k, (3,), "tanh", input_shape=(WIDTH,)) for k in (WIDTH, 1)]
    return twin.CodeGAN(*nets, WIDTH)


def losses(layers, x, noises):
    """Return the loss of each player, from arrays of weights: two layers for each network."""
    generator, discriminator = layers[:2], layers[2:]
    draws = {name: dense(generator, noise) for name, noise in noises.items()}
    real = dense(discriminator, x)
    fake = {name: dense(discriminator, drawn) for name, drawn in draws.items()}
    return {
        "discriminator": softplus(-real).mean() + softplus(fake["discriminator"]).mean(),
        "generator": softplus(-fake["generator"]).mean(),
    }


@pytest.fixture
def vectors():
    return np.random.default_rng(0).standard_normal((500, WIDTH)).astype("float32")


@pytest.fixture
def noises():
    rng = np.random.default_rng(1)
    return {n: rng.standard_normal((500, WIDTH)) for n in ("discriminator", "generator")}


def fix(model, framework, noises):
    model.noise = lambda name, *_: framework.tensor(noises[name].astype("float32"))
    return model


def test_the_terms_are_what_the_players_lower(framework, vectors, noises):
    model = fix(with_tanh(framework), framework, noises)
    _, *layers = parity.export_weights(model)
    expected = losses(layers, vectors, noises)
    found = aelib.evaluate(model, vectors)
    names = {"code_as_draw", "draw_as_code", "loss", "draw_as_draw", "generator loss"}
    assert set(found) == names
    assert found["loss"] == pytest.approx(expected["discriminator"], rel=1e-5)
    assert found["loss"] == pytest.approx(found["code_as_draw"] + found["draw_as_code"])
    assert found["generator loss"] == pytest.approx(expected["generator"], rel=1e-5)


@pytest.mark.parametrize("player", ["discriminator", "generator"])
def test_each_player_moves_its_own_weights_along_its_own_gradient(
    framework, vectors, noises, player
):
    """By finite differences of the losses above."""
    model = fix(with_tanh(framework), framework, noises)
    _, *before = parity.export_weights(model)
    rate = 0.01
    rates = {"discriminator": 1e-12, "generator": 1e-12, player: rate}
    how = {"optimizer": "sgd", "schedule": "constant", "learning_rate": rates, "progress": False}
    framework.twin.fit(model, vectors, epochs=1, batch_size=500, **how)
    _, *after = parity.export_weights(model)
    for place, layer in enumerate(before):
        own = (place < 2) == (player == "generator")
        for name, array in layer.items():
            moved = after[place][name].astype(float) - array
            if not own:
                np.testing.assert_allclose(moved, 0, atol=1e-7)
                continue
            for index in np.ndindex(array.shape):
                values = []
                for step in (1e-4, -1e-4):
                    layers = [{k: a.astype(float) for k, a in other.items()} for other in before]
                    layers[place][name][index] += step
                    values.append(losses(layers, vectors, noises)[player])
                slope = (values[0] - values[1]) / 2e-4
                assert moved[index] == pytest.approx(-rate * slope, rel=2e-2, abs=2e-6)


def test_the_best_discriminator_of_two_gaussians_is_a_line_of_known_loss(framework):
    """Data N(0, 1), draws N(m, 1): the logit m^2/2 - m x, and 2 log 2 - 2 JSD."""
    shift, n = 1.5, 20_000
    model = make(framework, hidden=(), width=1)
    own, generator, line = parity.export_weights(model)
    generator |= {"kernel": np.ones((1, 1)), "bias": np.array([shift])}
    line |= {"kernel": np.array([[-shift]]), "bias": np.array([shift**2 / 2])}
    parity.import_weights(model, [own, generator, line])
    x = np.random.default_rng(2).standard_normal((n, 1)).astype("float32")
    found = np.mean([aelib.evaluate(model, x)["loss"] for _ in range(10)])

    z = np.linspace(-10, 12, 20_001)
    p, q = norm.pdf(z), norm.pdf(z, shift)
    jsd = np.trapezoid(p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q)), z) / 2
    assert found == pytest.approx(2 * HALF - 2 * jsd, abs=0.02)

    still = {"generator": 1e-12, "discriminator": 0.05}
    framework.twin.fit(model, x, epochs=3, learning_rate=still, **FIT)
    _, _, line = parity.export_weights(model)
    assert line["kernel"].item() == pytest.approx(-shift, rel=0.1)
    assert line["bias"].item() == pytest.approx(shift**2 / 2, rel=0.15)


def test_a_linear_generator_finds_the_mean_and_the_losses_of_equality(framework):
    x = np.random.default_rng(3).normal(2.0, 1.0, (4000, 1)).astype("float32")
    model = make(framework, hidden=(), width=1)
    own, generator, line = parity.export_weights(model)
    parity.import_weights(model, [own, generator | {"kernel": np.ones((1, 1))}, line])
    rates = {"discriminator": 0.05, "generator": 0.02}
    framework.twin.fit(model, x, epochs=40, learning_rate=rates, optimizer="rmsprop", **FIT)
    drawn = aelib.draw_codes(model, 4000)
    assert drawn.mean() == pytest.approx(2.0, abs=0.2)
    found = aelib.evaluate(model, x)
    assert found["loss"] == pytest.approx(2 * HALF, abs=0.05)
    assert found["generator loss"] == pytest.approx(HALF, abs=0.05)


def test_draws_are_the_generators_answer_to_noise_of_numpy(framework):
    model = with_tanh(framework)
    _, *layers = parity.export_weights(model)
    noise = np.random.default_rng(7).standard_normal((1500, WIDTH))
    expected = dense(layers[:2], noise)
    np.testing.assert_allclose(aelib.draw_codes(model, 1500, 7), expected, atol=1e-5)


def test_both_frameworks_compute_and_train_the_same(both, vectors, noises):
    models = {name: make(both[name]) for name in both}
    parity.copy_weights(models["keras"], models["torch"])
    with parity.same_noise(*models.values()):
        found = [aelib.evaluate(model, vectors) for model in models.values()]
    assert found[0] == pytest.approx(found[1], rel=1e-4)
    how = {"optimizer": "sgd", "schedule": "constant", "learning_rate": 0.05, "progress": False}
    for name, model in models.items():
        fix(model, both[name], noises)
        both[name].twin.fit(model, vectors, epochs=3, batch_size=500, **how)
    pair = [aelib.draw_codes(model, 20) for model in models.values()]
    np.testing.assert_allclose(*pair, atol=1e-4)


def test_it_survives_a_file(framework, vectors, tmp_path):
    model = make(framework)
    framework.twin.fit(model, vectors, epochs=1, **FIT)
    loaded = THROUGH[framework.name](model, tmp_path, lambda: make(framework))
    np.testing.assert_allclose(aelib.draw_codes(loaded, 5), aelib.draw_codes(model, 5), atol=1e-6)


def test_what_does_not_fit_is_named(framework, vectors):
    twin = framework.twin
    model = make(framework)
    with pytest.raises(ValueError, match="x must give"):
        twin.fit(model, np.ones((10, 3), "float32"), **FIT)
    one, two = (twin.mlp_encoder(k, (), input_shape=(WIDTH,)) for k in (1, WIDTH))
    with pytest.raises(ValueError, match=r"the generator must give \(batch, 2\)"):
        twin.fit(twin.CodeGAN(one, one, WIDTH), vectors, **FIT)
    with pytest.raises(ValueError, match=r"the discriminator must give \(batch, 1\), a logit"):
        twin.fit(twin.CodeGAN(two, two, WIDTH), vectors, **FIT)
    with pytest.raises(ValueError, match="latent_dim must be at least 1, got 0"):
        twin.CodeGAN(two, one, 0)
    with pytest.raises(TypeError, match="CodeGAN makes vectors in one pass"):
        aelib.draw_codes(model, 2, steps=3)
