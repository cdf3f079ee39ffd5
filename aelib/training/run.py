"""What one training left behind."""

from dataclasses import dataclass, field
from typing import Any

History = dict[str, dict[str, list[float]]]


@dataclass
class Run:
    """What one training run left behind.

    Attributes:
        framework: "Keras" or "PyTorch".
        model: the trained model.
        history: for "train" and "valid", every term of the loss and "loss", one number an epoch. A
            train number is the mean over the epoch while the weights change, a valid number is
            measured after it. "loss" is what the first player lowers; the loss of any other
            player stands under its name, as "discriminator loss".
        times: wall time in seconds from the start to the end of each epoch, validation included.
        parameters: how many numbers were trained.
        pixels: how many numbers one example has.
        kept: the epoch, counted from 1, whose weights the model has; 0 before the first ended.
    """

    framework: str
    model: Any = field(repr=False)
    history: History = field(repr=False)
    times: list[float] = field(repr=False)
    parameters: int
    pixels: int
    kept: int

    @property
    def seconds(self) -> float:
        """Wall time of the training, validation included."""
        return self.times[-1] if self.times else 0.0

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.times)

    def final(self, term: str = "loss", part: str = "valid") -> float:
        """Return a term after the epoch whose weights the model has.

        Raises `ValueError` where it was not measured.
        """
        if term not in self.history[part]:
            known = ", ".join(self.history[part]) or "nothing: fit had no validation data"
            raise ValueError(f"the {part} history has no {term!r}; it holds {known}")
        return self.history[part][term][self.kept - 1]

    def per_pixel(self, term: str | None = None, part: str = "valid") -> float:
        """Return `final(term, part)` divided by the pixels of an example.

        Without a term it is the reconstruction, or the loss where that is all there is.
        """
        if term is None:
            term = "reconstruction" if "reconstruction" in self.history[part] else "loss"
        return self.final(term, part) / self.pixels


class Interrupted(KeyboardInterrupt):
    """A training was interrupted; `run` holds what it had reached."""

    def __init__(self, run: Run):
        self.run = run
        super().__init__(
            f"interrupted after {run.epochs} whole epochs. The model is usable, and the history so "
            "far is the attribute run of this exception (in a notebook: sys.last_value.run)"
        )
