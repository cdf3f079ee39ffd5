"""What every model of the library owes, in both frameworks."""

import importlib

import numpy as np
import pytest

import aelib
from aelib import NonFiniteError, bridge, parity
from aelib.training.plan import Plan
from tests.models.files import THROUGH
from tests.models.kinds import KINDS, fix_noise

FIT = {"batch_size": 50, "learning_rate": 1e-2, "schedule": "constant", "progress": False}


def assert_close(first, second):
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_codes_and_reconstructions_have_the_shapes_promised(model, x, given):
    z = aelib.encode(model, x, **given)
    assert z.shape == (len(x), *model.code_shape)
    assert z.dtype == (np.float32 if model.vocabulary is None else np.int32)
    for x_hat in (aelib.decode(model, z, **given), aelib.reconstruct(model, x, **given)):
        assert x_hat.shape == x.shape
        assert x_hat.dtype == np.float32
    np.testing.assert_array_equal(x_hat, aelib.reconstruct(model, x, **given))


def test_the_bridge_and_the_methods_give_the_same(framework, model, x, given):
    inputs = framework.tensors({"x": x, **given})
    others = {name: inputs[name] for name in given}
    z = framework.to_numpy(model.encode(**inputs))
    assert_close(aelib.encode(model, x, **given), z)
    codes = framework.tensors({"z": z})["z"]
    assert_close(aelib.decode(model, z, **given), framework.to_numpy(model.decode(codes, **others)))
    assert_close(aelib.reconstruct(model, x, **given), framework.to_numpy(model(**inputs)))


def test_the_code_of_an_example_does_not_depend_on_its_batch(model, x, given, monkeypatch):
    whole = aelib.encode(model, x, **given)
    part = {name: array[7:8] for name, array in given.items()}
    assert_close(aelib.encode(model, x[7:8], **part), whole[7:8])
    monkeypatch.setattr(bridge, "BATCH", 7)
    assert_close(aelib.encode(model, x.tolist(), **given), whole)


@pytest.mark.usefixtures("step_by_step")
def test_training_lowers_the_loss_and_records_every_term(
    framework, model, terms, losses, weights, data
):
    run = framework.twin.fit(model, data, epochs=4, **FIT)
    for part in ("train", "valid"):
        history = run.history[part]
        assert set(history) == {*terms, *losses}
        assert all(len(values) == 4 for values in history.values())
        assert np.isfinite(list(history.values())).all()
        assert history["loss"][-1] < history["loss"][0]
    assert run.framework == {"keras": "Keras", "torch": "PyTorch"}[framework.name]
    assert run.epochs == len(run.times) == 4
    assert 0 < run.times[0] < run.times[-1] == run.seconds
    assert run.model is model
    assert 0 < run.parameters < sum(array.size for array in weights(model))
    assert run.pixels == 36
    assert all(np.isfinite(array).all() for array in weights(model))
    assert set(aelib.evaluate(model, data.valid)) == {*terms, *losses}
    assert set(model.loss_weights) <= set(terms)


@pytest.mark.usefixtures("step_by_step")
def test_a_rate_that_diverges_leaves_finite_weights(framework, kind, make, data, weights):
    model = make(framework, kind)
    wild = {**FIT, "optimizer": "sgd", "learning_rate": KINDS[kind].diverges_at}
    with pytest.raises(NonFiniteError, match="Lower learning_rate"):
        framework.twin.fit(model, data, epochs=3, **wild)
    assert all(np.isfinite(array).all() for array in weights(model))


@pytest.mark.parametrize("direction", [("keras", "torch"), ("torch", "keras")], ids="-to-".join)
def test_the_same_weights_give_the_same_numbers(direction, both, kind, make, x, given, weights):
    source, target = (make(both[name], kind, hidden=(12, 8)) for name in direction)
    parity.copy_weights(source, target)
    for first, second in zip(weights(source), weights(target), strict=True):
        np.testing.assert_array_equal(first, second)
    assert parity.gap(source, target, x, **given) < 1e-5
    with parity.same_noise(source, target):
        found = [aelib.evaluate(model, x, **given) for model in (source, target)]
    assert found[0] == pytest.approx(found[1], rel=1e-4)


def test_a_step_of_training_gives_the_same_weights(both, kind, make, data, weights, monkeypatch):
    """Gradients, guard, update and the model's own rule, with the same noise and order."""
    monkeypatch.setattr(Plan, "batches", lambda plan, rng: [np.arange(30, dtype=np.int32)])
    models = {name: make(both[name], kind) for name in ("keras", "torch")}
    parity.copy_weights(models["keras"], models["torch"])
    before, found = weights(models["torch"]), []
    batch = {"x": data.test.x, **KINDS[kind].given(data.test)}
    how = {"optimizer": "sgd", "schedule": "constant", "learning_rate": 1e-3, "progress": False}
    for name, model in models.items():
        fix_noise(model, both[name])
        both[name].twin.fit(model, batch, epochs=2, batch_size=len(data.test.x), **how)
        found.append(weights(model))
    for first, second in zip(*found, strict=True):
        np.testing.assert_allclose(first, second, atol=1e-5)
    assert max(np.abs(new - old).max() for new, old in zip(found[0], before, strict=True)) > 1e-4


def test_a_changed_model_survives_a_file(framework, kind, make, data, given, tmp_path, rng):
    options = KINDS[kind].options
    model = make(framework, kind, **options)
    layers = parity.export_weights(model)
    for layer in layers:  # as a training would, but sooner
        for name, array in layer.items():
            layer[name] = array + rng.normal(scale=0.1, size=array.shape)
    parity.import_weights(model, layers)
    (model.progress.assign if framework.name == "keras" else model.progress.fill_)(1.0)
    loaded = THROUGH[framework.name](model, tmp_path, lambda: make(framework, kind, **options))
    assert type(loaded) is type(model)
    assert float(loaded.progress) == 1
    for name, value in options.items():
        assert getattr(loaded, name) == value, name
    x = data.test.x
    expected = aelib.reconstruct(model, x, **given)
    assert not np.allclose(aelib.reconstruct(make(framework, kind), x, **given), expected)
    np.testing.assert_allclose(aelib.reconstruct(loaded, x, **given), expected, atol=1e-6)


def test_keras_compile_and_fit_work_as_for_any_model(both, kind, terms, losses, make, data):
    model = make(both["keras"], kind)
    model.compile(importlib.import_module("keras").optimizers.Adam(1e-2))
    train, valid = ({"x": part.x, **KINDS[kind].given(part)} for part in (data.train, data.valid))
    options = {"epochs": 3, "batch_size": 20, "verbose": 0}
    history = model.fit(train, validation_data=(valid,), **options).history
    names = (*terms, *losses)
    assert set(history) == {*names, *(f"val_{name}" for name in names)}
    assert history["loss"][-1] < history["loss"][0]
    assert model.evaluate(valid, verbose=0, return_dict=True)["loss"] > 0
