"""NumPy in, NumPy out, for a model of either framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib.inputs import as_given, as_inputs
from aelib.training.objective import weighted_sum, weights_at
from aelib.training.players import Player, name_loss

BATCH = 1000


@dataclass(frozen=True)
class Adapter:
    """What a twin tells the neutral side about its framework.

    Attributes:
        framework: the name that pages print.
        base: the class of every network of that framework.
        trainable: the class of every model of this package in that framework.
        call: `call(model, method, **arrays)` runs one method on one batch, in inference mode and
            without gradients; where the method returns several tensors, so does the call.
        terms: `terms(model, player, batch)` gives a player's terms on one batch, likewise.
        tensor: `tensor(model, array)` puts an array where the model computes.
        modules: `modules(model)` gives the model and everything in it, in the order it was made.
        export_weights: the layers' weights in the neutral layout of `aelib.parity`.
        import_weights: the inverse.
    """

    framework: str
    base: type
    trainable: type
    call: Callable[..., Any]
    terms: Callable[[Any, Player, Mapping[str, NDArray]], dict[str, NDArray]]
    tensor: Callable[[Any, NDArray], Any]
    modules: Callable[[Any], list[Any]]
    export_weights: Callable[[Any], list]
    import_weights: Callable[[Any, list], None]


_adapters: list[Adapter] = []


def register(adapter: Adapter) -> None:
    """Make the models of one framework known; a twin calls this when it is imported."""
    _adapters.append(adapter)


def adapter_of(model: object) -> Adapter:
    """Return the adapter of the framework that a model belongs to, or raise `TypeError`."""
    bases = type(model).__mro__
    adapters = [adapter for adapter in _adapters if adapter.base in bases]
    if adapters:
        # On its PyTorch backend a Keras model is a PyTorch module, too: the nearest base decides.
        return min(adapters, key=lambda adapter: bases.index(adapter.base))
    names = ", ".join(adapter.framework for adapter in _adapters)
    known = names or "none: import aelib.keras or aelib.torch"
    raise TypeError(
        f"{type(model).__name__} is no model of a framework in use ({known}): "
        "pass a model of aelib.keras or aelib.torch"
    )


def encode(model: Any, x: ArrayLike, **given: ArrayLike) -> NDArray:
    """Return the codes of x; for a probabilistic model, the posterior means.

    Shapes: x (n, ...) -> `(n, *code_shape)`; float32, or integers where the model has a vocabulary.
    Other inputs of the model are given by name, as ``y=labels``.
    """
    return _joined(_batches(model, "encode", as_inputs(model, x, **given)))


def decode(model: Any, z: ArrayLike, **given: ArrayLike) -> NDArray[np.float32]:
    """Return what the model makes of codes. Shapes: z `(n, *code_shape)` -> (n, ...).

    Raises `ValueError` for codes of another shape, or outside of the model's vocabulary.
    """
    codes = np.asarray(z)
    if codes.ndim == 0 or codes.shape[1:] != tuple(model.code_shape):
        wanted = ", ".join(map(str, ("n", *model.code_shape)))
        raise ValueError(f"z must have shape ({wanted}), got {codes.shape}")
    if model.vocabulary is None:
        codes = codes.astype(np.float32)
    elif codes.dtype.kind not in "iu" or codes.min() < 0 or codes.max() >= model.vocabulary:
        raise ValueError(
            f"z must hold integers from 0 to {model.vocabulary - 1}, got {codes.dtype} "
            f"from {codes.min():g} to {codes.max():g}"
        )
    return _joined(_batches(model, "decode", {"z": codes, **as_given(model, codes, given)}))


def reconstruct(model: Any, x: ArrayLike, **given: ArrayLike) -> NDArray[np.float32]:
    """Return decode(encode(x)), without sampling. Shapes: x (n, ...) -> (n, ...)."""
    return decode(model, encode(model, x, **given), **given)


def reconstruction_error(model: Any, x: ArrayLike, **given: ArrayLike) -> NDArray[np.float64]:
    r"""Return the squared error of each example, :math:`\lVert x - \hat x \rVert^2`.

    The sum over its pixels, one number an example. `model` may also be a baseline of
    `aelib.metrics`. Shapes: x (n, ...) -> (n,).
    """
    x_hat = model.reconstruct(x) if hasattr(model, "components") else reconstruct(model, x, **given)
    difference = np.asarray(x, np.float64) - x_hat
    return np.square(difference).reshape(len(difference), -1).sum(axis=1)


def posterior(model: Any, x: ArrayLike, **given: ArrayLike) -> tuple[NDArray[np.float32], ...]:
    """Return the parameters of q(z|x), for a Gaussian one the mean and the log-variance.

    Shapes: x (n, ...) -> (n, latent_dim) each. Raises `TypeError` for a deterministic model.
    """
    if not hasattr(model, "posterior"):
        raise TypeError(
            f"{type(model).__name__} has no posterior: its codes are points, use encode"
        )
    batches = _batches(model, "posterior", as_inputs(model, x, **given))
    return tuple(np.concatenate(part) for part in zip(*batches, strict=True))


def sample(model: Any, n: int, seed: int = 0, **given: ArrayLike) -> NDArray[np.float32]:
    """Return n examples decoded from the model's prior.

    The noise is drawn by NumPy and turned into codes by the model's `prior_codes`, so models of
    both frameworks decode the same ones. Raises `TypeError` for a model without a prior.
    """
    if not hasattr(model, "prior_codes"):
        raise TypeError(
            f"{type(model).__name__} has no prior over codes to sample from: "
            "train a variational model, or pass codes of your own to decode"
        )
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    noise = np.random.default_rng(seed).standard_normal((n, *model.noise_shape))
    codes = _joined(_batches(model, "prior_codes", {"noise": noise.astype(np.float32)}))
    return decode(model, codes, **given)


def classify(model: Any, x: ArrayLike) -> NDArray[np.float32]:
    """Return the probability of each class, for a classifier. Shapes: x (n, ...) -> (n, classes).

    Raises `TypeError` for a model that is none.
    """
    if not hasattr(model, "classify"):
        raise TypeError(f"{type(model).__name__} is no classifier: it has no method classify")
    return _joined(_batches(model, "classify", as_inputs(model, x, ("x",))))


def features(model: Any, x: ArrayLike) -> NDArray[np.float32]:
    """Return a classifier's features, what its last layer sees. Shapes: x (n, ...) -> (n, ...).

    Raises `TypeError` for a model that is no classifier, or has no last layer.
    """
    if not hasattr(model, "features"):
        raise TypeError(f"{type(model).__name__} is no classifier: it has no method features")
    return _joined(_batches(model, "features", as_inputs(model, x, ("x",))))


def evaluate(model: Any, x: Any, **given: ArrayLike) -> dict[str, float]:
    """Return every term of the model's loss on these examples, and the loss, as `fit` names them.

    `x` is an array, arrays by name, or a part of a data set.
    """
    arrays = as_inputs(model, x, **given)
    n = len(next(iter(arrays.values())))
    sums: dict[str, float] = {}
    for batch in _cut(arrays):
        share = len(next(iter(batch.values()))) / n
        for name, value in terms_and_losses(model, batch).items():
            sums[name] = sums.get(name, 0.0) + share * value
    return sums


def terms_and_losses(model: Any, batch: Mapping[str, NDArray]) -> dict[str, float]:
    """Return the terms and the loss of every player on one batch, by the names in a history."""
    weights = weights_at(model.loss_weights, model.progress)
    found: dict[str, float] = {}
    for player in model.players:
        terms = adapter_of(model).terms(model, player, batch)
        values = {name: float(value) for name, value in terms.items()}
        found |= {**values, name_loss(player, model.players): weighted_sum(values, weights)}
    return found


def _joined(batches: list[NDArray]) -> NDArray:
    return np.concatenate(batches)


def _batches(model: Any, method: str, arrays: Mapping[str, NDArray]) -> list[Any]:
    adapter = adapter_of(model)
    return [adapter.call(model, method, **batch) for batch in _cut(arrays)]


def _cut(arrays: Mapping[str, NDArray]) -> list[dict[str, NDArray]]:
    n = len(next(iter(arrays.values())))
    return [
        {name: array[start : start + BATCH] for name, array in arrays.items()}
        for start in range(0, n, BATCH)
    ]
