"""A trained model survives a file."""

import importlib

import numpy as np

import aelib
from tests.models.kinds import KINDS


def through_keras_file(model, folder, _remake):
    path = folder / "model.keras"
    model.save(path)
    return importlib.import_module("keras").saving.load_model(path)


def through_state_dict(model, folder, remake):
    torch = importlib.import_module("torch")
    path = folder / "model.pt"
    torch.save(model.state_dict(), path)
    other = remake()
    other.load_state_dict(torch.load(path, weights_only=True))
    return other


THROUGH = {"keras": through_keras_file, "torch": through_state_dict}


def test_reconstructions_are_the_same_after_saving_and_loading(
    framework, kind, make, data, tmp_path
):
    model = make(framework, kind)
    framework.twin.fit(model, data, epochs=1, batch_size=20, progress=False)
    loaded = THROUGH[framework.name](model, tmp_path, lambda: make(framework, kind))
    assert type(loaded) is type(model)
    expected = aelib.reconstruct(model, data.test.x)
    assert not np.allclose(aelib.reconstruct(make(framework, kind), data.test.x), expected)
    np.testing.assert_allclose(aelib.reconstruct(loaded, data.test.x), expected, atol=1e-6)


def test_a_keras_file_keeps_the_options(both, kind, make, tmp_path):
    options = KINDS[kind].options
    loaded = through_keras_file(make(both["keras"], kind, **options), tmp_path, None)
    for name, value in options.items():
        assert getattr(loaded, name) == value, name
