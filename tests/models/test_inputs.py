"""What may be passed as data, and what is told to whoever passes anything else."""

import importlib
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

import aelib
from aelib import metrics

FIT = {"batch_size": 20, "progress": False}


@pytest.fixture
def labeled(framework):
    """A model that takes images and labels, and shifts its reconstruction by the label."""
    twin = framework.twin
    if framework.name == "keras":
        as_float = partial(importlib.import_module("keras").ops.cast, dtype="float32")
    else:
        as_float = importlib.import_module("torch").Tensor.float

    class Labeled(twin.Autoencoder):
        inputs = ("x", "y")
        integers = ("y",)

        def check(self, batch):
            if batch["y"].max() > 2:
                raise ValueError(f"y must be at most 2, got {batch['y'].max()}")

        def decode(self, z, y):
            return self.decoder(z) + 0.1 * as_float(y)[:, None, None]

    encoder = twin.mlp_encoder(3, (), input_shape=(6, 6))
    return Labeled(encoder, twin.mlp_decoder(3, (), output_shape=(6, 6)), 3)


def test_inputs_are_named_and_reach_the_model(framework, labeled, data):
    x, y = data.test.x, data.test.y
    run = framework.twin.fit(labeled, data, 2, **FIT)
    assert len(run.history["valid"]["loss"]) == 2
    plain = aelib.reconstruct(labeled, x, y=0 * y)
    np.testing.assert_allclose(
        aelib.reconstruct(labeled, x, y=y), plain + 0.1 * y[:, None, None], atol=1e-5
    )
    expected = np.square(x - aelib.reconstruct(labeled, x, y=y)).sum(axis=(1, 2))
    np.testing.assert_allclose(aelib.reconstruction_error(labeled, x, y=y), expected, rtol=1e-4)
    for form in (data.test, {"x": x, "y": y}):
        assert aelib.evaluate(labeled, form)["loss"] == pytest.approx(expected.mean(), rel=1e-5)
    assert aelib.evaluate(labeled, x, y=y.tolist())["loss"] == pytest.approx(expected.mean())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, y: x, r"Labeled takes x and y, got x: pass \{'x': \.\.\., 'y': \.\.\.\}"),
        (lambda x, y: {"x": x, "label": y}, "Labeled takes x and y, got x and label"),
        (lambda x, y: {"x": x, "y": y[:-1]}, "equally many examples: x 30 and y 29"),
        (lambda x, y: {"x": x, "y": y + 0.5}, "y must hold whole numbers, got"),
        (lambda x, y: {"x": x, "y": y + 9}, "y must be at most 2, got 1"),
        (lambda x, y: {"x": x, "y": ["a"] * 30}, "y must hold numbers, got an array of <U1"),
    ],
    ids=["missing", "unknown", "lengths", "no integers", "the model's own", "words"],
)
def test_inputs_that_do_not_fit_are_named(framework, labeled, data, change, message):
    given = change(data.test.x, data.test.y)
    with pytest.raises(ValueError, match=message):
        framework.twin.fit(labeled, given, **FIT)
    with pytest.raises(ValueError, match=message):
        aelib.evaluate(labeled, given)


def test_targets_are_an_input_by_name(framework, data):
    """A pair is not taken for train and valid, nor for x and target, in silence."""
    twin = framework.twin
    nets = twin.mlp_encoder(3, input_shape=(6, 6)), twin.mlp_decoder(3, output_shape=(6, 6))
    with pytest.raises(TypeError, match=r"data is a tuple: .*valid=valid.*by their names"):
        twin.fit(twin.Autoencoder(*nets, 3), (data.train.x, data.valid.x), **FIT)


def test_a_dataset_brings_its_own_validation_data(framework, make, data):
    with pytest.raises(ValueError, match="a Dataset brings its validation data"):
        framework.twin.fit(make(framework, "Autoencoder"), data, valid=data.test, **FIT)


def loader(data):
    torch = importlib.import_module("torch")
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.tensor(data.test.x)))


def pipeline(data):
    return importlib.import_module("tensorflow").data.Dataset.from_tensor_slices(data.test.x)


@pytest.mark.parametrize(
    ("make_data", "message"),
    [
        (loader, "DataLoader: collect it into one array first"),
        (pipeline, "Dataset: collect it into one array first"),
        (
            lambda data: SimpleNamespace(columns=["a"]),
            r"SimpleNamespace: pass its values, data\.to",
        ),
        (lambda data: "fashion_mnist", r"str: load it first, aelib\.load\('fashion_mnist'\)"),
    ],
    ids=["DataLoader", "tf.data", "DataFrame", "name"],
)
def test_other_kinds_of_data_get_advice(framework, make, data, make_data, message):
    with pytest.raises(TypeError, match=message):
        framework.twin.fit(make(framework, "Autoencoder"), make_data(data), **FIT)


def test_a_dataset_is_no_array(framework, make, data):
    with pytest.raises(TypeError, match=r"Dataset: pass one part of it, for example data\.test"):
        aelib.encode(make(framework, "Autoencoder"), data)


def test_model_and_data_in_the_wrong_order_are_noticed(framework, make, data):
    model = make(framework, "Autoencoder")
    with pytest.raises(TypeError, match="ndarray is no model of a framework in use"):
        framework.twin.fit(data.test.x, model)
    with pytest.raises(TypeError, match="that is a network; the model comes first"):
        framework.twin.fit(model, model)


def test_a_plain_network_is_no_model(framework, data):
    network = framework.twin.mlp_encoder(3, input_shape=(6, 6))
    for use in (framework.twin.fit, aelib.encode, aelib.evaluate):
        with pytest.raises(TypeError, match="Sequential is a plain network: wrap it in a model"):
            use(network, data.test.x)


def test_a_model_of_the_other_framework_is_sent_to_its_own_fit(both, make, data):
    for name, other in (("keras", "torch"), ("torch", "keras")):
        with pytest.raises(TypeError, match="use the fit of its own twin"):
            both[name].twin.fit(make(both[other], "Autoencoder"), data)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (lambda z: {"kl": z[:, 0]}, r"the term kl has shape \(2,\), and should be a scalar"),
        (lambda z: {}, "the player autoencoder has no terms"),
        (lambda z: {"loss": z[0, 0]}, "no term may be called loss"),
        (lambda z: {"gradient": z[0, 0]}, "no term may be called gradient"),
    ],
    ids=["no scalar", "none", "loss", "gradient"],
)
def test_terms_that_fit_cannot_take_are_named(framework, data, terms, message):
    twin = framework.twin

    class Own(twin.Autoencoder):
        def loss_terms(self, x):
            return terms(self.encode(x))

    nets = twin.mlp_encoder(3, input_shape=(6, 6)), twin.mlp_decoder(3, output_shape=(6, 6))
    with pytest.raises(ValueError, match=message):
        twin.fit(Own(*nets, 3), data, **FIT)


def test_a_model_without_an_objective_says_so(framework, data):
    class Nothing(framework.twin.Trainable):
        pass

    with pytest.raises(TypeError, match="Nothing defines neither loss_terms nor terms_of"):
        framework.twin.fit(Nothing(), data, **FIT)


def test_evaluate_weighs_every_example_alike(framework, make, data, monkeypatch):
    model = make(framework, "Autoencoder")
    whole = aelib.evaluate(model, data.test.x)
    monkeypatch.setattr(aelib.bridge, "BATCH", 7)
    assert aelib.evaluate(model, data.test.x) == pytest.approx(whole)
    assert whole["reconstruction"] == pytest.approx(
        aelib.reconstruction_error(model, data.test.x).mean()
    )


def test_a_baseline_has_a_reconstruction_error_too(data):
    baseline = metrics.pca(data.train.x, 3)
    errors = aelib.reconstruction_error(baseline, data.test.x)
    assert errors.shape == (30,)
    expected = metrics.mse(data.test.x, baseline.reconstruct(data.test.x))
    assert errors.mean() / 36 == pytest.approx(expected)


def test_a_weight_without_a_term_is_an_error(framework, one_unit, ones):
    model = one_unit(lambda z: {"a": z, "b": z}, 1.0, {"rate": 1.0})
    with pytest.raises(ValueError, match="loss_weights names rate, but the loss has only a, b"):
        framework.twin.fit(model, ones)
