"""Layouts that are views: another order of axes on the same numbers."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from aelib.layouts import Layout

Views = Callable[[Any], Mapping[str, Any]]


def layout_by_views(kind: str, views: Views) -> Layout:
    """Return the layout of a layer whose tensors only need their axes in another order.

    `views(layer)` gives a view of each by role; None stands for one that the layer lacks.
    """

    def present(layer: Any) -> dict[str, Tensor]:
        return {role: view for role, view in views(layer).items() if view is not None}

    def read(layer: Any) -> dict[str, NDArray]:
        return {role: v.detach().cpu().numpy().copy() for role, v in present(layer).items()}

    @torch.no_grad()
    def write(layer: Any, arrays: Mapping[str, NDArray]) -> None:
        for role, view in present(layer).items():
            view.copy_(torch.as_tensor(arrays[role]))

    return Layout(kind, read, write)
