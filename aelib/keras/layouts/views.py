"""Layouts that are Keras's own: the neutral layout keeps its order of axes."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from numpy.typing import NDArray

from aelib.layouts import Layout

Views = Callable[[Any], Mapping[str, Any]]


def layout_by_views(kind: str, views: Views) -> Layout:
    """Return the layout of a layer whose variables need no other order of axes.

    `views(layer)` gives each by role; None stands for one that the layer lacks.
    """

    def present(layer: Any) -> dict[str, keras.Variable]:
        return {role: v for role, v in views(layer).items() if v is not None}

    def read(layer: Any) -> dict[str, NDArray]:
        return {
            role: keras.ops.convert_to_numpy(variable).copy()
            for role, variable in present(layer).items()
        }

    def write(layer: Any, arrays: Mapping[str, NDArray]) -> None:
        for role, variable in present(layer).items():
            variable.assign(arrays[role])

    return Layout(kind, read, write)
