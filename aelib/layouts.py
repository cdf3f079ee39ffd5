"""The weights of a layer in a layout of neither framework in particular."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

Arrays = dict[str, NDArray]


@dataclass(frozen=True)
class LayerWeights:
    """The weights and buffers of one layer.

    Attributes:
        kind: what the layer is, for example `dense`.
        arrays: by role; a dense layer has `kernel` (inputs, outputs) and `bias` (outputs,).
    """

    kind: str
    arrays: Arrays


@dataclass(frozen=True)
class Layout:
    """How a framework's layer is read into the neutral layout, and written from it.

    Attributes:
        kind: what both frameworks call the layer here.
        read: `read(layer)` returns its arrays by role, copies.
        write: `write(layer, arrays)` sets them.
    """

    kind: str
    read: Callable[[Any], Arrays]
    write: Callable[[Any, Mapping[str, NDArray]], None]


Layouts = dict[type, Layout]


def layout_of(layer: Any, layouts: Layouts) -> Layout:
    """Return the layout of a layer, or raise `TypeError` where nobody has written one."""
    for kind in type(layer).__mro__:
        if kind in layouts:
            return layouts[kind]
    raise TypeError(
        f"copy_weights knows no layout for {type(layer).__name__}: "
        "add one to the folder layouts of both twins"
    )
