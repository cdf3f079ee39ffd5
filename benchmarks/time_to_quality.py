"""Time this course's `fit` against well-known recipes, to the same validation loss.

For each family, in both frameworks, two trainings alternate:

- the well-known recipe, in the framework's everyday style: `keras.Model.fit`, or a loop over a
  `DataLoader`;
- `fit` of `aelib`, with a model and settings of this course, Adam at a one-cycle rate.

The file of each family says what they are. The quality to reach is the recipe's lowest validation
loss (of the vector-quantized family, reconstruction error): as a rule that of its last epoch, but a
recipe that comes apart near its end is taken at its best. The table has the wall time at which the
recipe reached it, the time at which `fit` first did, their ratio, both final losses per pixel, and
the share of the machine's measured rate of matrix products that `fit` reaches (the products and
convolutions of forward, backward and validation; nothing else is counted).

    python benchmarks/time_to_quality.py [--repeats 1] [--epochs-share 1.0] [--only stacked ...]
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import convolutional
import convolutional_vae
import quantized
import stacked
import torch
import variational
from everyday import Family, Trace, keras_trace, torch_trace
from torch.utils.flop_counter import FlopCounterMode

import aelib
import aelib.keras as aek
import aelib.torch as aet

FAMILIES = {
    "stacked": stacked.FAMILY,
    "convolutional": convolutional.FAMILY,
    "vae": variational.FAMILY,
    "convolutional-vae": convolutional_vae.FAMILY,
    "vq": quantized.FAMILY,
}


@dataclass(frozen=True)
class Row:
    """One line of the result: times in seconds, losses per pixel."""

    family: str
    framework: str
    recipe_seconds: float
    recipe_best: float
    recipe_loss: float
    fit_seconds: float
    fit_loss: float
    share: float

    def __str__(self) -> str:
        return (
            f"{self.family:18} {self.framework:8} {self.recipe_seconds:8.1f} "
            f"{self.recipe_best:8.5f} {self.recipe_loss:8.5g} {self.fit_seconds:8.1f} "
            f"{self.fit_loss:8.5f} {self.recipe_seconds / self.fit_seconds:8.1f} {self.share:8.0%}"
        )


def sgemm_rate(size: int = 2048, repeats: int = 10) -> float:
    """Return the best of several measured rates of a large float32 product, in flop/s."""
    matrix = torch.rand(size, size)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        torch.mm(matrix, matrix)
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / min(seconds)


def forward_operations(family: Family, x: torch.Tensor) -> float:
    """Return how many operations the products of one example take, forward."""
    model, _ = family.course(aet)  # the networks are as large in Keras
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.loss_terms(x)
    return counter.get_total_flops() / len(x)


def course_run(family: Family, twin: Any, data: aelib.Dataset) -> aelib.Run:
    """Train this course's way."""
    model, how = family.course(twin)
    return twin.fit(model, data, progress=False, **how)


def measure(names: list[str], repeats: int, epochs_share: float) -> Iterator[Row]:
    """Yield one row for each family, framework and repeat."""
    rate = sgemm_rate()
    print(f"float32 products: {rate / 1e9:.0f} Gflop/s")
    for name in names * repeats:
        family = FAMILIES[name]
        data, epochs = aelib.load(family.data), max(1, round(epochs_share * family.epochs))
        operations = forward_operations(family, torch.from_numpy(data.train.x[:100]))
        for framework, train, twin in (("Keras", keras_trace, aek), ("PyTorch", torch_trace, aet)):
            trace = train(family, data, epochs)
            run = course_run(family, twin, data)
            losses = [loss / run.pixels for loss in run.history["valid"][family.judged]]
            best = min(trace.losses)
            # Backward takes twice the products of forward.
            total = operations * (3 * len(data.train) + len(data.valid)) * run.epochs
            yield Row(
                name,
                framework,
                trace.first_at(best),
                best,
                trace.losses[-1],
                Trace(run.times, losses).first_at(best),
                losses[-1],
                total / run.seconds / rate,
            )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--epochs-share", type=float, default=1.0, help="of the recipe's epochs")
    parser.add_argument("--only", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    options = parser.parse_args()
    aelib.start(seed=0)
    columns = ("recipe", "its", "its", "fit, to", "fit,", "times", "sgemm")
    units = ("(s)", "best", "final", "best (s)", "final", "sooner", "share")
    for line in (columns, units):
        print(f"{'':27}", *(f"{word:>8}" for word in line))
    for row in measure(options.only, options.repeats, options.epochs_share):
        print(row, flush=True)


if __name__ == "__main__":
    main()
