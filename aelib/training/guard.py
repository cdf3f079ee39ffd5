"""The guard against numbers that are not finite."""

import math
from collections.abc import Mapping


class NonFiniteTerm(ArithmeticError):
    """What one step reports: a term of the loss, or the gradient, is NaN or infinite."""

    def __init__(self, term: str):
        self.term = term
        super().__init__(term)


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


def check_finite(values: Mapping[str, float]) -> None:
    """Raise `NonFiniteTerm` for the first value that is NaN or infinite."""
    for name, value in values.items():
        if not math.isfinite(value):
            raise NonFiniteTerm(name)
