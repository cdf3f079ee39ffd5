"""A recurrent layer: kernels (inputs, gates * units) and (units, gates * units), and biases.

The gates of an LSTM stand in the order input, forget, candidate, output, and it has one bias; those
of a GRU in the order update, reset, candidate, and it has two, as the reset gate acts on what the
recurrent kernel and its bias give. That an LSTM starts with a bias of 1 for its forget gate is
Keras's way to start, and no part of the layout.
"""

import keras

from aelib.keras.layouts.views import layout_by_views
from aelib.layouts import Layouts


def _views(
    layer: keras.layers.LSTMCell | keras.layers.GRUCell,
) -> dict[str, keras.Variable | None]:
    return {"kernel": layer.kernel, "recurrent_kernel": layer.recurrent_kernel, "bias": layer.bias}


def _of_gru(layer: keras.layers.GRUCell) -> dict[str, keras.Variable | None]:
    if not layer.reset_after:
        raise TypeError(
            "copy_weights knows a GRU with reset_after=True only: with False the reset gate acts "
            "before the recurrent kernel, which is another function, and PyTorch has no such layer"
        )
    return _views(layer)  # Keras keeps both biases as the rows of one array


LAYOUTS: Layouts = {
    keras.layers.LSTMCell: layout_by_views("lstm", _views),
    keras.layers.GRUCell: layout_by_views("gru", _of_gru),
}
