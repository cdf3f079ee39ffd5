"""The noise of the decoder: fixed, learned, or read off the error."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal

import aelib
from aelib import parity

KINDS = (0.3, "learned", "batch", "image")


def of_images(x, mean, sigma):
    """Return -log p of each image under N(mean, sigma^2), by `torch.distributions`."""
    sigma = torch.as_tensor(sigma, dtype=torch.float64).reshape(-1, 1, 1)
    return (
        -Normal(torch.tensor(mean, dtype=torch.float64), sigma)
        .log_prob(torch.tensor(x, dtype=torch.float64))
        .sum((1, 2))
        .numpy()
    )


@pytest.mark.parametrize("sigma", KINDS, ids=str)
def test_the_likelihood_is_that_of_normal_pixels(framework, make, x, sigma):
    model = make(framework, "SigmaVAE", sigma=sigma)
    z = aelib.encode(model, x)
    mean = aelib.decode(model, z)
    squared = np.square(x - mean)
    scale = {"learned": 1.0, "batch": np.sqrt(squared.mean())}.get(sigma, sigma)
    scale = np.sqrt(squared.mean((1, 2))) if sigma == "image" else scale
    found = framework.to_numpy(model.nll(framework.tensor(x), framework.tensor(z)))
    np.testing.assert_allclose(found, of_images(x, mean, scale), rtol=1e-4)


@pytest.mark.parametrize("sigma", ["batch", "image"])
def test_the_noise_that_is_read_off_the_error_is_the_most_likely(framework, make, x, sigma):
    model = make(framework, "SigmaVAE", sigma=sigma)
    z, x_tensor = framework.tensor(aelib.encode(model, x)), framework.tensor(x)
    mean = model.decode(z)
    best = framework.to_numpy(model.nll(x_tensor, z)).mean()
    scale = model.log_scale(x_tensor, mean)
    for factor in (-0.05, 0.05):
        other = framework.twin.gaussian_nll(x_tensor, mean, scale + factor)
        assert framework.to_numpy(other).mean() > best + 0.01


@pytest.mark.parametrize("sigma", ["batch", "image"])
def test_its_gradient_is_that_of_a_noise_held_fixed(framework, make, x, sigma):
    model = make(framework, "SigmaVAE", sigma=sigma)
    mean = aelib.reconstruct(model, x)
    fixed = framework.to_numpy(model.log_scale(*map(framework.tensor, (x, mean))))

    def attached(mean):
        target = framework.tensor(x)
        return framework.twin.gaussian_nll(target, mean, model.log_scale(target, mean))

    def detached(mean):
        return framework.twin.gaussian_nll(framework.tensor(x), mean, framework.tensor(fixed))

    [found], [expected] = (framework.gradient(f, mean) for f in (attached, detached))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_only_a_learned_noise_is_a_weight(framework, make, data):
    counts, noises = {}, {}
    for sigma in KINDS:
        model = make(framework, "SigmaVAE", sigma=sigma)
        run = framework.twin.fit(model, data, epochs=2, learning_rate=0.05, progress=False)
        counts[sigma] = run.parameters
        noises[sigma] = float(parity.export_weights(model)[0]["log_sigma"])
    assert counts["learned"] - 1 == counts[0.3] == counts["batch"] == counts["image"]
    assert noises["learned"] < -0.01
    assert noises["batch"] == noises["image"] == 0
    assert noises[0.3] == pytest.approx(np.log(0.3))


def test_an_exact_image_does_not_drive_the_noise_to_zero(framework, make, x):
    for sigma in KINDS:
        model = make(framework, "SigmaVAE", sigma=sigma)
        mean = framework.tensor(x)
        own = parity.export_weights(model)
        own[0]["log_sigma"] = np.float32(-50)
        if sigma == "learned":
            parity.import_weights(model, own)
        scale = framework.to_numpy(model.log_scale(mean, mean))
        assert np.all(scale >= -6.001), sigma


@pytest.mark.parametrize("sigma", [0, -1, float("nan"), "shared"])
def test_a_noise_that_is_none_is_refused(framework, make, sigma):
    with pytest.raises(ValueError, match="sigma must be"):
        make(framework, "SigmaVAE", sigma=sigma)
