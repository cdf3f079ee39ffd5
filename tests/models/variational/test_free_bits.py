"""What is free: the first nats of each code, by its mean over the batch."""

import numpy as np
import pytest

import aelib

# Four examples, three codes: one below any floor, one about 0.5 nats, one far above.
MEAN = np.array([[0.1, -1.0, 3.0], [0.0, 1.0, -2.0], [-0.1, 2.0, 4.0], [0.0, 0.0, 2.5]])
LOG_VAR = np.array([[0.0, -0.1, -3.0]]) + np.zeros((4, 1))


def kl(mean, log_var):
    return 0.5 * (mean**2 + np.exp(log_var) - 1 - log_var)


@pytest.mark.parametrize("free", [0.0, 0.2, 1.0, 20.0])
def test_each_code_costs_at_least_its_floor(framework, make, x, free):
    model = make(framework, "FreeBitsVAE", free=free)
    mean, log_var = (array.astype(float) for array in aelib.posterior(model, x))
    costs = kl(mean, log_var).mean(axis=0)
    terms = model.loss_terms(framework.tensor(x))
    found = {name: float(framework.to_numpy(term)) for name, term in terms.items()}
    assert found["kl"] == pytest.approx(costs.sum(), rel=1e-4)
    paid = np.maximum(free, costs).sum()
    assert found["kl"] + found["floor"] == pytest.approx(paid, rel=1e-4)


def test_below_the_floor_no_example_is_pushed_to_the_prior(framework, make, x):
    """The second code is below 1 nat on average, though its third example is above."""
    model = make(framework, "FreeBitsVAE", free=1.0)
    costs = kl(MEAN, LOG_VAR)
    assert list(costs.mean(axis=0) > 1) == [False, False, True]
    assert costs[2, 1] > 1

    def price(mean, log_var):
        model.posterior = lambda x, **given: (mean, log_var)
        terms = model.loss_terms(framework.tensor(x[:4]))
        return terms["kl"] + terms["floor"]

    of_mean, of_log_var = framework.gradient(price, MEAN, LOG_VAR)
    charged = np.array([0, 0, 1])
    np.testing.assert_allclose(of_mean, charged * MEAN / 4, atol=1e-6)
    np.testing.assert_allclose(of_log_var, charged * (np.exp(LOG_VAR) - 1) / 8, atol=1e-6)


def test_beta_weighs_divergence_and_floor_alike(framework, make, x):
    model = make(framework, "FreeBitsVAE", free=0.7, beta=0.25)
    model.noise = lambda name, shape, kind="normal": framework.tensor(np.zeros(shape))
    found = aelib.evaluate(model, x)
    price = 0.25 * (found["kl"] + found["floor"])
    assert found["loss"] == pytest.approx(found["reconstruction"] + price, rel=1e-5)


def test_a_negative_floor_is_refused(framework, make):
    with pytest.raises(ValueError, match=r"free must be at least 0 nats, got -0\.1"):
        make(framework, "FreeBitsVAE", free=-0.1)
