"""The linear VAE against its closed form, and against probabilistic PCA of scikit-learn."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

import aelib
from aelib import metrics, parity

D, CODES = 8, 3


@pytest.fixture
def x(rng):
    """Correlated numbers with a mean, whose variances along principal directions differ."""
    mixed = rng.normal(size=(400, D)) * np.geomspace(3, 0.1, D)
    return (mixed @ np.linalg.qr(rng.normal(size=(D, D)))[0] + rng.normal(size=D)).astype("float32")


def optimum(x, beta, sigma, ddof=0):
    """Return the variances along principal directions, and the weights of the best linear VAE."""
    flat = x.astype(float)
    mean = flat.mean(0)
    variances, directions = np.linalg.eigh(np.cov(flat.T, ddof=ddof))
    variances, directions = variances[::-1], directions[:, ::-1]
    if sigma == "learned":
        sigma = np.sqrt(variances[CODES:].sum() / (D - beta * CODES))
    level = beta * sigma**2
    kept = np.maximum(variances[:CODES], level)
    w = directions[:, :CODES] * np.sqrt(kept - level)
    encoder = w / kept
    own = {"log_sigma": np.log(sigma), "log_var": np.log(level / kept), "progress": 0.0}
    return variances, [
        own,
        {"kernel": encoder, "bias": -mean @ encoder},
        {"kernel": w.T, "bias": mean},
    ]


def at_optimum(framework, x, beta=1.0, sigma="learned", ddof=0):
    model = framework.twin.LinearVAE(CODES, (D,), sigma, beta=beta)
    variances, weights = optimum(x, beta, sigma, ddof)
    parity.import_weights(
        model, [{k: np.asarray(v, np.float32) for k, v in w.items()} for w in weights]
    )
    return model, variances


def test_the_loss_at_the_optimum_is_the_likelihood_of_probabilistic_pca(framework, x):
    model, _ = at_optimum(framework, x, ddof=1)  # scikit-learn divides by n - 1
    likelihood = PCA(CODES).fit(x).score(x)
    assert aelib.evaluate(model, x)["loss"] == pytest.approx(-likelihood, rel=1e-5)


@pytest.mark.parametrize("beta", [0.3, 1.0, 2.0])
@pytest.mark.parametrize("sigma", [0.4, 1.5, "learned"])
def test_the_loss_rises_from_the_optimum_alike_on_both_sides(framework, x, rng, beta, sigma):
    """A slope would raise it on one side by what it lowers it on the other."""
    model, _ = at_optimum(framework, x, beta, sigma)
    best = aelib.evaluate(model, x)["loss"]
    weights = parity.export_weights(model)
    still = ("progress",) if sigma == "learned" else ("progress", "log_sigma")
    for _ in range(5):
        way = [{k: rng.normal(size=v.shape) for k, v in layer.items()} for layer in weights]
        way[0] |= dict.fromkeys(still, 0.0)
        rises = []
        for step in (-0.01, 0.01):
            moved = [{k: w[k] + step * v[k] for k in w} for w, v in zip(weights, way, strict=True)]
            parity.import_weights(model, moved)
            rises.append(aelib.evaluate(model, x)["loss"] - best)
        assert min(rises) > 0
        assert max(rises) < 1.5 * min(rises)


@pytest.mark.parametrize("beta", [0.3, 1.0, 2.0])
def test_rate_and_distortion_at_the_optimum_are_those_of_water_filling(framework, x, beta):
    sigma = 0.5
    model, variances = at_optimum(framework, x, beta, sigma)
    rate, distortion = metrics.water_filling(variances, beta * sigma**2)
    terms = aelib.evaluate(model, x)
    squared = 2 * sigma**2 * (terms["reconstruction"] - D / 2 * np.log(2 * np.pi * sigma**2))
    assert terms["kl"] == pytest.approx(rate[:CODES].sum(), rel=1e-4)
    kept = distortion[:CODES].sum() + variances[CODES:].sum()
    assert squared == pytest.approx(kept, rel=1e-4)


def test_the_expectation_is_the_mean_over_draws(framework, x, rng):
    twin = framework.twin
    model = twin.LinearVAE(CODES, (D,), 0.7)
    weights = parity.export_weights(model)
    weights[0]["log_var"] = np.float32([-1, 0.5, 0])
    parity.import_weights(model, weights)
    exact = aelib.evaluate(model, x)["reconstruction"]
    mean, log_var = aelib.posterior(model, x)
    np.testing.assert_allclose(log_var, np.tile([-1, 0.5, 0], (len(x), 1)), atol=1e-6)
    drawn = []
    for _ in range(300):
        z = mean + np.exp(log_var / 2) * rng.normal(size=mean.shape)
        nll = model.nll(framework.tensor(x), framework.tensor(z))
        drawn.append(framework.to_numpy(nll).mean())
    assert exact == pytest.approx(np.mean(drawn), abs=5 * np.std(drawn) / np.sqrt(300))


def test_a_noise_of_the_batch_is_refused(framework):
    with pytest.raises(ValueError, match="sigma must be 'learned' or a number above 0"):
        framework.twin.LinearVAE(2, (D,), "batch")
