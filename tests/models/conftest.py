"""Every model of the library, small, and data that it can learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import aelib
from aelib.bridge import adapter_of
from aelib.data import Dataset, Sequences
from aelib.keras.training import engine
from tests.models.kinds import KINDS, SHAPE


@pytest.fixture(scope="session")
def _imported():
    """Import both frameworks for all tests, so that no type is charged for it."""
    aelib.start(seed=0)


@pytest.fixture(autouse=True)
def _seeded(_imported):
    aelib.start(seed=0)


@pytest.fixture(autouse=True)
def _compiled(monkeypatch):
    """Have Keras compile every training, as it does a long one."""
    monkeypatch.setattr(engine, "FEW_STEPS", 0)


@pytest.fixture
def step_by_step(_compiled, monkeypatch):
    """Have Keras compile no training, as it does with a short one."""
    monkeypatch.setattr(engine, "FEW_STEPS", 1000)


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    """The name of a model's class."""
    return request.param


@pytest.fixture
def terms(kind) -> tuple[str, ...]:
    """The names of the terms that the model's loss should have."""
    return KINDS[kind].terms


@pytest.fixture
def losses(kind) -> tuple[str, ...]:
    """The names of the losses of the model's players."""
    return KINDS[kind].losses


@pytest.fixture(scope="session")
def make() -> Callable[..., Any]:
    """`make(framework, kind, **options)` returns a new model with small networks."""

    def build(framework, kind, **options):
        return KINDS[kind].build(framework.twin, kind, **options)

    return build


@pytest.fixture
def model(framework, kind, make) -> Any:
    """An untrained model."""
    return make(framework, kind)


@pytest.fixture
def given(kind, data) -> dict[str, np.ndarray]:
    """The inputs of the model beside `x`."""
    return dict(KINDS[kind].given(data.test))


@pytest.fixture(scope="session")
def data() -> Dataset:
    """Images that are convex mixtures of three, so three numbers describe one."""
    rng = np.random.default_rng(0)
    prototypes = rng.random((3, *SHAPE))

    def part(n):
        shares = rng.dirichlet([0.5] * 3, size=n)
        x = np.tensordot(shares, prototypes, axes=1).clip(0, 1)
        mask = np.arange(SHAPE[0]) <= np.arange(n)[:, None] % SHAPE[0]  # for models of sequences
        label = shares.argmax(axis=1)
        return Sequences(x.astype(np.float32), label, mask.astype(np.float32), {})

    return Dataset("mixtures", part(100), part(30), part(30), ("a", "b", "c"))


@pytest.fixture
def x(data) -> np.ndarray:
    return data.test.x


@pytest.fixture(scope="session")
def weights() -> Callable[[Any], list[np.ndarray]]:
    """`weights(model)` returns every array of a model's layers, in one order for both twins."""

    def arrays(model):
        layers = adapter_of(model).export_weights(model)
        return [array for layer in layers for _, array in sorted(layer.arrays.items())]

    return arrays


@pytest.fixture
def one_unit(framework) -> Callable[..., Any]:
    """`one_unit(terms, start)` returns a model whose training can be computed by hand.

    The encoder is one unit, z = w x + b with w = b = start / 2, so z is `start` for x = 1, and one
    step of gradient descent on a loss L(z) at x = 1 changes z by -2 rate L'(z). `terms(z)` gives
    the loss terms of the first example by arithmetic alone, the same in both frameworks.
    """

    def build(terms, start, loss_weights=None):
        class OneUnit(framework.twin.Autoencoder):
            @property
            def loss_weights(self):
                return loss_weights or {}

            def loss_terms(self, x):
                return terms(self.encoder(x)[0, 0])

        twin = framework.twin
        model = OneUnit(
            twin.mlp_encoder(1, hidden=(), input_shape=(1,)),
            twin.mlp_decoder(1, hidden=(), output_shape=(1,)),
            latent_dim=1,
            data_range=None,
        )
        layers = twin.ADAPTER.export_weights(model)
        first = next(layer for layer in layers if layer.kind == "dense")
        for array in first.arrays.values():
            array[...] = start / 2
        twin.ADAPTER.import_weights(model, layers)
        return model

    return build


@pytest.fixture(scope="session")
def ones() -> np.ndarray:
    """Eight equal examples of one pixel, for `one_unit`."""
    return np.ones((8, 1), np.float32)
