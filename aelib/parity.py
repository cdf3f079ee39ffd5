"""Carry weights from one framework to the other, and measure what is left between them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib.bridge import adapter_of, decode, encode, evaluate
from aelib.claims import claim
from aelib.layouts import LayerWeights

TOLERANCE = 1e-5


def copy_weights(source: Any, target: Any) -> None:
    """Give the target model weights and buffers of the source; either may be of either framework.

    Layers are paired in the order in which they were made; what sits on a model itself comes
    first, by its name. Raises `ValueError` where the two models do not have the same layers,
    naming the first that differs, and `TypeError` for a layer without a neutral layout.
    """
    layers = adapter_of(source).export_weights(source)
    _set_weights(target, layers, len(layers))


def _set_weights(target: Any, layers: Sequence[LayerWeights], count: int) -> None:
    places = adapter_of(target).export_weights(target)
    if count != len(places):
        raise ValueError(
            f"the source has {count} layers with weights and the target {len(places)}: "
            "both sides need the same architecture"
        )
    for index, (layer, place) in enumerate(zip(layers, places, strict=True)):
        have, want = _describe(layer), _describe(place)
        if have != want:
            raise ValueError(f"layer {index} is {have} in the source and {want} in the target")
    adapter_of(target).import_weights(target, list(layers))


def export_weights(model: Any) -> list[dict[str, NDArray]]:
    """Return weights and buffers of each layer that has any: of a dense one, `kernel` and `bias`.

    What sits on the model itself, such as its `progress`, comes first.
    """
    return [layer.arrays for layer in adapter_of(model).export_weights(model)]


def import_weights(model: Any, weights: Sequence[Mapping[str, ArrayLike]]) -> None:
    """Set weights and buffers of each layer, as `export_weights` returns them.

    Raises `ValueError` where they do not fit the model, naming the first layer that differs.
    """
    places = adapter_of(model).export_weights(model)
    layers = [
        LayerWeights(place.kind, {name: np.asarray(array) for name, array in arrays.items()})
        for place, arrays in zip(places, weights, strict=False)
    ]
    _set_weights(model, layers, len(weights))


def gap(first: Any, second: Any, x: ArrayLike, **given: ArrayLike) -> float:
    """Return the largest absolute difference between two models' codes or reconstructions of x."""
    codes = encode(first, x, **given), encode(second, x, **given)
    images = [decode(model, codes[0], **given) for model in (first, second)]
    return float(max(np.abs(codes[0] - codes[1]).max(), np.abs(images[0] - images[1]).max()))


def agree(models: Mapping[str, Any], x: ArrayLike, **given: ArrayLike) -> None:
    """Give all models the weights of the first, and claim that they then compute the same.

    Codes and reconstructions are compared, and, with the same noise, every term of the loss. With
    a single model there is nothing to compare.
    """
    first, *others = models.values()
    for other in others:
        copy_weights(first, other)
        claim(
            "the same weights give the same codes and reconstructions",
            gap(first, other, x, **given),
            below=TOLERANCE,
            quick=True,
        )
        with same_noise(first, other):
            terms = [evaluate(model, x, **given) for model in (first, other)]
        differences = [abs(terms[0][k] - terms[1][k]) / (1 + abs(terms[0][k])) for k in terms[0]]
        claim(
            "and, with the same noise, the same terms of the loss",
            max(differences),
            below=TOLERANCE,
            quick=True,
        )


@contextmanager
def same_noise(*models: Any, seed: int = 0) -> Iterator[None]:
    """Have models draw the same noise, made by NumPy, for the length of a `with` block.

    A draw depends on the seed, the name of the noise, its shape, and which layer of the model asks;
    it is the same each time. A training step that is traced in the block keeps it for good.
    """
    changed = []
    try:
        for model in models:
            adapter = adapter_of(model)
            noisy = [module for module in adapter.modules(model) if hasattr(module, "noise")]
            for place, module in enumerate(noisy):
                module.noise = _noise_of_numpy(model, (seed, place))
                changed.append(module)
        yield
    finally:
        for module in changed:
            del module.noise


def _noise_of_numpy(model: Any, key: tuple[int, int]) -> Any:
    def noise(name: str, shape: tuple[int, ...], kind: str = "normal") -> Any:
        rng = np.random.default_rng([*key, crc32(name.encode())])
        numbers = rng.random(shape) if kind == "uniform" else rng.standard_normal(shape)
        return adapter_of(model).tensor(model, numbers.astype(np.float32))

    return noise


def _describe(layer: LayerWeights) -> str:
    return f"{layer.kind} " + ", ".join(f"{k} {v.shape}" for k, v in sorted(layer.arrays.items()))
