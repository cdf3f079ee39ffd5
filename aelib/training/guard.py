"""The guard against numbers that are not finite."""

import math
from collections.abc import Iterable


class NonFiniteError(ArithmeticError):
    """A number of the training became NaN or infinite, and the training stopped there.

    Attributes:
        term: a term of the loss, "gradient", "weights" or "validation ...".
        epoch, step: where, counted from 1; step is 0 for what is measured after an epoch.
    """

    def __init__(self, term: str, epoch: int, step: int, learning_rate: float, kept: str):
        self.term, self.epoch, self.step = term, epoch, step
        where = f"in epoch {epoch}, step {step}" if step else f"after epoch {epoch}"
        verb = "are" if term == "weights" else "is"
        super().__init__(
            f"the {term} {verb} not finite {where}. The model keeps {kept}. "
            f"Lower learning_rate (it was {learning_rate:g}), or look for an exponential or a "
            "logarithm of an unbounded number in the loss"
        )


def not_finite(names: Iterable[str], values: Iterable[float]) -> str | None:
    """Return the name of the first value that is NaN or infinite, or None."""
    for name, value in zip(names, values, strict=True):
        if not math.isfinite(value):
            return name
    return None
