"""A classifier: what judges images, and what is trained on codes."""

from collections.abc import Mapping

import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from aelib.checks import check_labels, check_width
from aelib.torch.trainable import Trainable
from aelib.training.players import Player


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
        network: nn.Module,
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
        return self.network(x).softmax(dim=1)

    def features(self, x: Tensor) -> Tensor:
        """Return what the last layer sees. Shapes: (batch, ...) -> (batch, ...).

        Raises `TypeError` for a network that is not a `Sequential`, which has no last layer.
        """
        if not isinstance(self.network, nn.Sequential):
            kind = type(self.network).__name__
            raise TypeError(
                f"features needs a Sequential network, to leave out its last layer, got {kind}"
            )
        return self.network[:-1](x)

    def loss_terms(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        """Return "cross_entropy", in nats, a mean over the batch."""
        logits = self.network(x)
        check_width("the network", logits.shape, self.classes, "a logit for each class")
        return {"cross_entropy": F.cross_entropy(logits, y.long())}
