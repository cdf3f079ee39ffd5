"""NumPy in, NumPy out, for a model of either framework."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib.checks import check_data

BATCH = 1000


@dataclass(frozen=True)
class Adapter:
    """What a twin tells the neutral side about its framework.

    Attributes:
        framework: the name that pages print.
        base: the class of every model of that framework.
        call: `call(model, method, x)` runs one method on one batch, in inference mode; where the
            method returns several tensors, so does the call.
        export_weights: the layers' weights in the neutral layout of `aelib.parity`.
        import_weights: the inverse.
    """

    framework: str
    base: type
    call: Callable[[Any, str, NDArray], Any]
    export_weights: Callable[[Any], list]
    import_weights: Callable[[Any, list], None]


_adapters: list[Adapter] = []


def register(adapter: Adapter) -> None:
    """Make the models of one framework known; a twin calls this when it is imported."""
    _adapters.append(adapter)


def adapter_of(model: object) -> Adapter:
    """Return the adapter of the framework that the model belongs to, or raise `TypeError`."""
    bases = type(model).__mro__
    adapters = [adapter for adapter in _adapters if adapter.base in bases]
    if adapters:
        # On its PyTorch backend a Keras model is a PyTorch module, too: the nearest base decides.
        return min(adapters, key=lambda adapter: bases.index(adapter.base))
    known = (
        ", ".join(adapter.framework for adapter in _adapters)
        or "none: import aelib.keras or aelib.torch"
    )
    raise TypeError(
        f"{type(model).__name__} is no model of a framework in use ({known}): "
        "pass an Autoencoder of aelib.keras or aelib.torch"
    )


def encode(model: Any, x: ArrayLike) -> NDArray[np.float32]:
    """Return the codes of x; for a probabilistic model, the posterior means.

    Shapes: x (n, ...) -> (n, latent_dim).
    """
    return _in_batches(model, "encode", check_data(x, model.data_range))


def decode(model: Any, z: ArrayLike) -> NDArray[np.float32]:
    """Return what the model makes of codes. Shapes: z (n, latent_dim) -> (n, ...)."""
    codes = np.asarray(z, dtype=np.float32)
    if codes.ndim != 2 or codes.shape[1] != model.latent_dim:
        raise ValueError(f"z must have shape (n, {model.latent_dim}), got {codes.shape}")
    return _in_batches(model, "decode", codes)


def reconstruct(model: Any, x: ArrayLike) -> NDArray[np.float32]:
    """Return decode(encode(x)), without sampling. Shapes: x (n, ...) -> (n, ...)."""
    return decode(model, encode(model, x))


def posterior(model: Any, x: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and log-variance of the codes of x, for a probabilistic model.

    Shapes: x (n, ...) -> 2 (n, latent_dim). Raises `TypeError` for a deterministic model.
    """
    if not hasattr(model, "posterior"):
        raise TypeError(
            f"{type(model).__name__} has no posterior: its codes are points, use encode"
        )
    batches = _batches(model, "posterior", check_data(x, model.data_range))
    mean, log_var = (np.concatenate(part) for part in zip(*batches, strict=True))
    return mean, log_var


def sample(model: Any, n: int, seed: int = 0) -> NDArray[np.float32]:
    """Return n examples decoded from the model's prior.

    The codes are drawn by NumPy, so models of both frameworks decode the same ones.
    Raises `TypeError` for a model without a prior.
    """
    if getattr(model, "prior", None) != "standard_normal":
        raise TypeError(
            f"{type(model).__name__} has no prior over codes to sample from: "
            "train a variational model, or pass codes of your own to decode"
        )
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    codes = np.random.default_rng(seed).standard_normal((n, model.latent_dim))
    return decode(model, codes)


def _in_batches(model: Any, method: str, array: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate(_batches(model, method, array))


def _batches(model: Any, method: str, array: NDArray[np.float32]) -> list[Any]:
    adapter = adapter_of(model)
    starts = range(0, len(array), BATCH)
    return [adapter.call(model, method, array[i : i + BATCH]) for i in starts]
