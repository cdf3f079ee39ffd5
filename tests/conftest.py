"""One interface to both frameworks, so that a test is written once and runs for each."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest

FRAMEWORKS = ("keras", "torch")


@dataclass(frozen=True)
class Framework:
    """A twin, and what a test needs around it.

    Attributes:
        name: `keras` or `torch`.
        twin: the module `aelib.keras` or `aelib.torch`.
        engine: what computes: `tensorflow` or `torch` (Keras runs on both).
    """

    name: str
    twin: ModuleType
    engine: str

    def tensor(self, array: Any) -> Any:
        """Return a float32 tensor."""
        array = np.asarray(array, np.float32)
        if self.name == "keras":
            return importlib.import_module("keras").ops.convert_to_tensor(array)
        return importlib.import_module("torch").tensor(array)

    def tensors(self, arrays: Mapping[str, np.ndarray]) -> dict[str, Any]:
        """Return tensors by name; integers stay integers."""
        engine = importlib.import_module("keras" if self.name == "keras" else "torch")
        make = engine.ops.convert_to_tensor if self.name == "keras" else engine.tensor
        return {name: make(np.asarray(array)) for name, array in arrays.items()}

    def to_numpy(self, tensor: Any) -> np.ndarray:
        """Return a tensor's values."""
        return tensor.detach().cpu().numpy() if self.engine == "torch" else np.asarray(tensor)

    def apply(self, function: Callable[..., Any], *arrays: Any) -> np.ndarray:
        """Return the function of tensors as a function of arrays."""
        return self.to_numpy(function(*map(self.tensor, arrays)))

    def gradient(self, function: Callable[..., Any], *arrays: Any) -> list[np.ndarray]:
        """Return the gradient of the sum of what the function returns, for each argument."""
        tensors = [self.tensor(array) for array in arrays]
        engine = importlib.import_module(self.engine)
        if self.engine == "torch":
            tensors = [tensor.requires_grad_() for tensor in tensors]
            gradients = engine.autograd.grad(function(*tensors).sum(), tensors)
        else:
            with engine.GradientTape() as tape:
                tape.watch(tensors)
                total = engine.reduce_sum(function(*tensors))
            gradients = tape.gradient(total, tensors)
        return [self.to_numpy(gradient) for gradient in gradients]


def load_framework(name: str) -> Framework:
    """Import a twin; a missing framework is an error here, never a silent skip."""
    twin = importlib.import_module(f"aelib.{name}")
    engine = importlib.import_module("keras").backend.backend() if name == "keras" else "torch"
    if engine == "torch":
        # Comes with the first optimizer, and takes longer than the test that happens to make it.
        importlib.import_module("torch._dynamo")
    return Framework(name, twin, engine)


@pytest.fixture(scope="session", params=FRAMEWORKS)
def framework(request) -> Framework:
    return load_framework(request.param)


@pytest.fixture(scope="session")
def both() -> dict[str, Framework]:
    return {name: load_framework(name) for name in FRAMEWORKS}


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _no_settings_of_the_caller(monkeypatch):
    """Run under one profile and one seed, whatever the shell that started the tests has set."""
    monkeypatch.setenv("AELIB_PROFILE", "quick")
    monkeypatch.setenv("AELIB_OFFLINE", "1")
    for name in ("AELIB_SEED", "AELIB_DATA"):
        monkeypatch.delenv(name, raising=False)
