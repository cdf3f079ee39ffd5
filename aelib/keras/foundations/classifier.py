"""A classifier: what judges images, and what is trained on codes."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops
from numpy.typing import NDArray

from aelib.checks import check_labels, check_width
from aelib.keras.trainable import Trainable
from aelib.training.players import Player


@keras.saving.register_keras_serializable("aelib")
class Classifier(Trainable):
    r"""Name the class of x, by the cross-entropy of its label.

    .. math:: L = -\log p(y|x), \quad p(\cdot|x) = \mathrm{softmax}(h(x))

    in nats, a mean over the batch.

    Args:
        network: h, from (batch, ...) to logits (batch, classes).
        classes: how many labels there are, from 0 to classes - 1.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` for labels outside of their range, or a network of another width.
    """

    inputs = ("x", "y")
    integers = ("y",)
    players = (Player("classifier"),)

    def __init__(
        self,
        network: keras.Model,
        classes: int = 10,
        *,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(data_range=data_range)
        self.network = network
        self.classes = classes

    def check(self, batch: Mapping[str, NDArray]) -> None:
        """Raise `ValueError` for labels outside of 0 to classes - 1."""
        check_labels(batch["y"], self.classes)

    def classify(self, x: Tensor) -> Tensor:
        """Return the probability of each class. Shapes: (batch, ...) -> (batch, classes)."""
        return ops.softmax(self.network(x), axis=1)

    def features(self, x: Tensor) -> Tensor:
        """Return what the last layer sees. Shapes: (batch, ...) -> (batch, ...).

        Raises `TypeError` for a network that is not a `Sequential`, which has no last layer.
        """
        if not isinstance(self.network, keras.Sequential):
            kind = type(self.network).__name__
            raise TypeError(
                f"features needs a Sequential network, to leave out its last layer, got {kind}"
            )
        for layer in self.network.layers[:-1]:
            x = layer(x)
        return x

    def loss_terms(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Return "cross_entropy", in nats, a mean over the batch."""
        logits = self.network(x)
        check_width("the network", logits.shape, self.classes, "a logit for each class")
        nats = ops.sparse_categorical_crossentropy(y, logits, from_logits=True)
        return {"cross_entropy": ops.mean(nats)}

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        network = keras.saving.serialize_keras_object(self.network)
        return {"network": network, "classes": self.classes, "data_range": self.data_range}
