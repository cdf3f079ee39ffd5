"""Time this course's `fit` against the well-known recipes, to the same validation loss.

For the stacked and the variational autoencoder, in both frameworks, two trainings alternate:

- the well-known recipe, in the framework's everyday style: `keras.Model.fit`, or a loop over a
  `DataLoader`; batch 32; Nadam at 1e-3 for 20 epochs (stacked, ReLU) or RMSprop at 1e-3 for 50
  epochs (VAE, mean BCE + KL/784);
- `fit` of `aelib` with its defaults, Adam at a one-cycle rate, but batch 128: 15 epochs (stacked,
  GELU) or 20 (VAE).

The quality to reach is the recipe's lowest validation loss: as a rule that of its last epoch, but a
recipe that comes apart near its end is taken at its best. The table has the wall time at which the
recipe reached it, the time at which `fit` first did, their ratio, both final losses per pixel, and
the share of the machine's measured rate of matrix products that `fit` reaches (forward, backward
and validation, nothing else counted).

    python benchmarks/time_to_quality.py [--repeats 1] [--epochs-share 1.0] [--only stacked vae]
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

import aelib
import aelib.keras as aek
import aelib.torch as aet

# isort: split
import keras
import torch
from keras import layers, ops
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BATCH = 32
RECIPE_EPOCHS = {"stacked": 20, "vae": 50}
PIXELS = 784


@dataclass(frozen=True)
class Row:
    """One line of the result: times in seconds, losses per pixel."""

    task: str
    framework: str
    recipe_seconds: float
    recipe_best: float
    recipe_loss: float
    fit_seconds: float
    fit_loss: float
    share: float

    def __str__(self) -> str:
        return (
            f"{self.task:8} {self.framework:8} {self.recipe_seconds:8.1f} {self.recipe_best:8.5f} "
            f"{self.recipe_loss:8.5g} {self.fit_seconds:8.1f} {self.fit_loss:8.5f} "
            f"{self.recipe_seconds / self.fit_seconds:8.1f} {self.share:8.0%}"
        )


@dataclass(frozen=True)
class Trace:
    """Seconds from the start, and validation loss per pixel, at the end of each epoch."""

    times: list[float]
    losses: list[float]

    def first_at(self, loss: float) -> float:
        """Return when the loss was first at most this; infinite if never."""
        reached = np.flatnonzero(np.array(self.losses) <= loss)
        return self.times[reached[0]] if len(reached) else float("inf")


def sgemm_rate(size: int = 2048, repeats: int = 10) -> float:
    """Return the best of several measured rates of a large float32 product, in flop/s."""
    matrix = torch.rand(size, size)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        torch.mm(matrix, matrix)
        seconds.append(time.perf_counter() - start)
    return 2 * size**3 / min(seconds)


def keras_recipe(task: str, data: aelib.Dataset, epochs: int) -> Trace:
    """Train the well-known way in Keras."""
    image = keras.Input((28, 28))
    if task == "stacked":
        encoder = aek.mlp_encoder(30, (100,), "relu")
        output = aek.mlp_decoder(30, (100,), "relu")(encoder(image))
        settings = {"loss": "mse", "optimizer": keras.optimizers.Nadam(1e-3)}
    else:
        encoder = aek.mlp_encoder(20, (150, 100), "gelu")
        logits = aek.mlp_decoder(10, (100, 150), "gelu")(KerasSampling()(encoder(image)))
        output = ops.sigmoid(logits)
        settings = {"loss": "binary_crossentropy", "optimizer": keras.optimizers.RMSprop(1e-3)}
    model = keras.Model(image, output)
    model.compile(**settings)
    train, valid = data.train.x, data.valid.x
    times: list[float] = []
    start = time.perf_counter()
    clock = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: times.append(time.perf_counter() - start)
    )
    history = model.fit(
        train, train, BATCH, epochs, validation_data=(valid, valid), callbacks=[clock], verbose=0
    ).history
    return Trace(times, history["val_loss"])


class KerasSampling(layers.Layer):
    """Draw the code and add KL/784 to the loss."""

    def call(self, parameters):
        mean, log_var = ops.split(parameters, 2, axis=-1)
        kl = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_var) - 1 - log_var, axis=-1)
        self.add_loss(ops.mean(kl) / PIXELS)
        return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))


def torch_recipe(task: str, data: aelib.Dataset, epochs: int) -> Trace:
    """Train the well-known way in PyTorch."""
    if task == "stacked":
        nets = aet.mlp_encoder(30, (100,), "relu"), aet.mlp_decoder(30, (100,), "relu")
        loss_of, make = torch_mse, lambda p: torch.optim.NAdam(p, 1e-3)
    else:
        nets = aet.mlp_encoder(20, (150, 100), "gelu"), aet.mlp_decoder(10, (100, 150), "gelu")
        loss_of, make = torch_elbo, lambda p: torch.optim.RMSprop(p, 1e-3, alpha=0.9)
    optimizer = make([*nets[0].parameters(), *nets[1].parameters()])
    loader = DataLoader(TensorDataset(torch.from_numpy(data.train.x)), BATCH, shuffle=True)
    valid_loader = DataLoader(TensorDataset(torch.from_numpy(data.valid.x)), BATCH)
    trace = Trace([], [])
    start = time.perf_counter()
    for _ in range(epochs):
        for (x,) in loader:
            loss = loss_of(*nets, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            losses = [float(loss_of(*nets, x)) * len(x) for (x,) in valid_loader]
        trace.times.append(time.perf_counter() - start)
        trace.losses.append(sum(losses) / len(data.valid))
    return trace


def torch_mse(encoder: nn.Module, decoder: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Return the mean squared error."""
    return nn.functional.mse_loss(decoder(encoder(x)), x)


def torch_elbo(encoder: nn.Module, decoder: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Return mean BCE + KL/784."""
    mean, log_var = encoder(x).chunk(2, dim=-1)
    kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(-1).mean()
    logits = decoder(mean + (0.5 * log_var).exp() * torch.randn_like(mean))
    return nn.functional.binary_cross_entropy_with_logits(logits, x) + kl / PIXELS


def course_run(task: str, twin, data: aelib.Dataset) -> aelib.Run:
    """Train this course's way."""
    if task == "stacked":
        model = twin.Autoencoder(
            twin.mlp_encoder(30, (100,), "gelu"), twin.mlp_decoder(30, (100,), "gelu"), 30
        )
        epochs, options = 15, {"learning_rate": 5e-3}
    else:
        model = twin.VAE(
            twin.mlp_encoder(20, (150, 100), "gelu"), twin.mlp_decoder(10, (100, 150), "gelu"), 10
        )
        epochs, options = 20, {"clip_norm": 100}
    return twin.fit(model, data, epochs, batch_size=128, progress=False, **options)


def share_of(run: aelib.Run, data: aelib.Dataset, rate: float) -> float:
    """Return the rate of the products that training needs, as a share of the machine's."""
    # Two operations a weight and example forward, twice that backward; biases are left out.
    examples = 6 * len(data.train) + 2 * len(data.valid)
    return run.parameters * examples * run.epochs / run.seconds / rate


def measure(tasks: list[str], repeats: int, epochs_share: float) -> Iterator[Row]:
    """Yield one row for each task, framework and repeat."""
    data = aelib.load("fashion_mnist")
    rate = sgemm_rate()
    print(f"float32 products: {rate / 1e9:.0f} Gflop/s")
    recipes: dict[str, tuple[Callable, object]] = {
        "Keras": (keras_recipe, aek),
        "PyTorch": (torch_recipe, aet),
    }
    for _ in range(repeats):
        for task in tasks:
            epochs = max(1, round(epochs_share * RECIPE_EPOCHS[task]))
            for framework, (recipe, twin) in recipes.items():
                trace = recipe(task, data, epochs)
                run = course_run(task, twin, data)
                course = Trace(run.times, [v / run.pixels for v in run.history["valid"]["loss"]])
                best = min(trace.losses)
                yield Row(
                    task,
                    framework,
                    trace.first_at(best),
                    best,
                    trace.losses[-1],
                    course.first_at(best),
                    course.losses[-1],
                    share_of(run, data, rate),
                )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--epochs-share", type=float, default=1.0, help="of the recipe's epochs")
    parser.add_argument("--only", nargs="+", choices=RECIPE_EPOCHS, default=list(RECIPE_EPOCHS))
    options = parser.parse_args()
    aelib.start(seed=0)
    columns = ("recipe", "its", "its", "fit, to", "fit,", "times", "sgemm")
    units = ("(s)", "best", "final", "best (s)", "final", "sooner", "share")
    for line in (columns, units):
        print(f"{'':17}", *(f"{word:>8}" for word in line))
    for row in measure(options.only, options.repeats, options.epochs_share):
        print(row, flush=True)


if __name__ == "__main__":
    main()
