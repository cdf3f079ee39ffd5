"""Training stops at the first number that is not finite, and says where."""

import pytest

import aelib
from aelib import NonFiniteError

SGD = {"optimizer": "sgd", "schedule": "constant", "progress": False}


def z_of(model):
    return aelib.encode(model, [[1.0]])[0, 0]


@pytest.mark.parametrize(
    ("rate", "epoch", "step"), [(1.0, 1, 2), (0.11, 2, 2), (0.02, 7, 2)], ids=str
)
def test_it_names_the_term_and_the_step(framework, one_unit, ones, rate, epoch, step):
    """The root of z is no number once z, which falls from 1 by 2 rate a step, is negative.

    Four steps make an epoch, so z is negative first in step ceil(1 / 2 rate) + 1 of the run.
    """
    model = one_unit(
        lambda z: {"reconstruction": z, "root": z**0.5, "last": z}, 1.0, {"root": 0.0, "last": 0.0}
    )
    where = rf"the root is .* epoch {epoch}, step {step}\b"
    with pytest.raises(NonFiniteError, match=where) as found:
        framework.twin.fit(model, ones, epochs=9, batch_size=2, learning_rate=rate, **SGD)
    error = found.value
    assert (error.term, error.epoch, error.step) == ("root", epoch, step)
    assert f"it was {rate:g}" in str(error)
    done = 4 * (epoch - 1) + step - 1
    assert z_of(model) == pytest.approx(1 - 2 * rate * done, abs=1e-5)


def test_it_names_the_gradient_where_the_loss_is_finite(framework, one_unit, ones):
    """The root has no finite slope at 0; z reaches it exactly, from 1 in four steps of 1/4."""
    model = one_unit(lambda z: {"reconstruction": z, "root": z**0.5}, 1.0, {"root": 0.0})
    with pytest.raises(NonFiniteError, match=r"the gradient is not finite in epoch 2, step 1\b"):
        framework.twin.fit(model, ones, epochs=3, batch_size=2, learning_rate=0.125, **SGD)
    assert z_of(model) == 0


def test_it_names_the_loss_where_only_the_sum_overflows(framework, one_unit, ones):
    model = one_unit(lambda z: {"reconstruction": z, "second": z}, 2e38)
    with pytest.raises(NonFiniteError, match=r"the loss is not finite in epoch 1, step 1\b"):
        framework.twin.fit(model, ones, epochs=1, batch_size=2, **SGD)


def test_of_two_bad_terms_it_names_the_first(framework, one_unit, ones):
    names = [f"term {i}" for i in range(8)]
    model = one_unit(lambda z: dict.fromkeys(names, z**0.5), -1.0)
    with pytest.raises(NonFiniteError, match="the term 0 is not finite"):
        framework.twin.fit(model, ones, epochs=1, batch_size=2, **SGD)


def test_it_stops_an_overflow_of_the_codes(framework, make, data):
    """The square of 1e20 is too large for a float, its multiples are not: KL overflows alone."""
    model = make(framework, "VAE", hidden=())
    layers = framework.twin.ADAPTER.export_weights(model)
    layers[1].arrays["bias"][:3] = 1e20
    framework.twin.ADAPTER.import_weights(model, layers)
    with pytest.raises(NonFiniteError, match=r"the kl is not finite in epoch 1, step 1\b"):
        framework.twin.fit(model, data, epochs=1, **SGD)


def test_an_error_of_the_model_itself_is_not_taken_for_one(framework, one_unit, ones):
    def broken(z):
        if isinstance(z, float):  # only to name the terms
            return {"reconstruction": z}
        raise KeyError("a mistake in loss_terms")

    with pytest.raises(KeyError, match="a mistake in loss_terms"):
        framework.twin.fit(one_unit(broken, 1.0), ones, epochs=1, **SGD)
