"""The penalty on the Jacobian of the encoder: exact and estimated, in training and without."""

import numpy as np
import pytest
import torch

import aelib
from aelib import parity
from tests.models.kinds import from_dense_networks


def make(framework, **options):
    return from_dense_networks()(framework.twin, "ContractiveAutoencoder", (7,), **options)


def whole_jacobian(model, x):
    """Return the Jacobian of each example by forward mode, in double precision."""
    _, *layers = parity.export_weights(model)
    first, second = [
        {name: torch.tensor(array, dtype=torch.float64) for name, array in layer.items()}
        for layer in layers[:2]
    ]

    def encode(t):
        hidden = torch.nn.functional.gelu(t @ first["kernel"] + first["bias"])
        return hidden @ second["kernel"] + second["bias"]

    flat = torch.tensor(x.reshape(len(x), -1), dtype=torch.float64)
    return torch.func.vmap(torch.func.jacfwd(encode))(flat).numpy()


def test_it_is_the_norm_of_the_jacobian_also_in_validation(framework, data):
    model, x = make(framework), data.valid.x
    expected = (whole_jacobian(model, x) ** 2).sum((1, 2)).mean()
    assert aelib.evaluate(model, x)["contraction"] == pytest.approx(expected, rel=1e-5)
    run = framework.twin.fit(model, data, epochs=1, learning_rate=1e-9, progress=False)
    assert run.history["valid"]["contraction"][0] == pytest.approx(expected, rel=1e-4)


def test_signs_estimate_it(framework, data):
    """The mean over 8,000 draws for one image; each evaluation is the mean of as many examples."""
    model, exact = make(framework, probes=2), make(framework)
    parity.copy_weights(model, exact)
    x = np.repeat(data.test.x[:1], 8000, axis=0)
    jacobian = whole_jacobian(exact, x[:1])[0]
    gram = jacobian @ jacobian.T
    deviation = np.sqrt(np.sum(gram**2) - np.sum(np.diag(gram) ** 2))  # 2 / 2 probes
    found = aelib.evaluate(model, x)["contraction"]
    assert abs(found - np.trace(gram)) < 5 * deviation / np.sqrt(8000)


def test_no_probes_are_refused(framework):
    with pytest.raises(ValueError, match="probes must be at least 1, or None, got 0"):
        make(framework, probes=0)
