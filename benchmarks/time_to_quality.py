"""Time this course's `fit` against the well-known recipes, to the same validation loss.

For the stacked and the variational autoencoder, in both frameworks, two trainings alternate:

- the well-known recipe, in the framework's everyday style: `keras.Model.fit`, or a loop over a
  `DataLoader`; batch 32; Nadam at 1e-3 for 20 epochs (stacked, ReLU) or RMSprop at 1e-3 for 50
  epochs (VAE, mean BCE + KL/784);
- `fit` of `aelib` with the settings of the chapter.

The table has the wall time of the recipe, the time at which `fit` first had the recipe's final
validation loss, their ratio, both final losses per pixel, and the share of the machine's measured
rate of matrix products that `fit` reaches (forward, backward and validation, nothing else counted).

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
    recipe_loss: float
    fit_seconds: float
    fit_loss: float
    share: float

    def __str__(self) -> str:
        return (
            f"{self.task:8} {self.framework:8} {self.recipe_seconds:8.1f} {self.recipe_loss:8.5f} "
            f"{self.fit_seconds:8.1f} {self.fit_loss:8.5f} "
            f"{self.recipe_seconds / self.fit_seconds:6.1f} {self.share:7.0%}"
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


def keras_recipe(task: str, data: aelib.Dataset, epochs: int) -> tuple[float, float]:
    """Train the well-known way in Keras; return seconds and final validation loss per pixel."""
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
    start = time.perf_counter()
    history = model.fit(
        train, train, BATCH, epochs, validation_data=(valid, valid), verbose=0
    ).history
    return time.perf_counter() - start, history["val_loss"][-1]


class KerasSampling(layers.Layer):
    """Draw the code and add KL/784 to the loss."""

    def call(self, parameters):
        mean, log_var = ops.split(parameters, 2, axis=-1)
        kl = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_var) - 1 - log_var, axis=-1)
        self.add_loss(ops.mean(kl) / PIXELS)
        return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))


def torch_recipe(task: str, data: aelib.Dataset, epochs: int) -> tuple[float, float]:
    """Train the well-known way in PyTorch; return seconds and final validation loss per pixel."""
    if task == "stacked":
        nets = aet.mlp_encoder(30, (100,), "relu"), aet.mlp_decoder(30, (100,), "relu")
        loss_of, make = torch_mse, lambda p: torch.optim.NAdam(p, 1e-3)
    else:
        nets = aet.mlp_encoder(20, (150, 100), "gelu"), aet.mlp_decoder(10, (100, 150), "gelu")
        loss_of, make = torch_elbo, lambda p: torch.optim.RMSprop(p, 1e-3, alpha=0.9)
    optimizer = make([*nets[0].parameters(), *nets[1].parameters()])
    loader = DataLoader(TensorDataset(torch.from_numpy(data.train.x)), BATCH, shuffle=True)
    valid_loader = DataLoader(TensorDataset(torch.from_numpy(data.valid.x)), BATCH)
    start = time.perf_counter()
    for _ in range(epochs):
        for (x,) in loader:
            loss = loss_of(*nets, x)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            losses = [float(loss_of(*nets, x)) * len(x) for (x,) in valid_loader]
    return time.perf_counter() - start, sum(losses) / len(data.valid)


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
    """Train with the settings of the chapter."""
    if task == "stacked":
        model = twin.Autoencoder(
            twin.mlp_encoder(30, (100,), "gelu"), twin.mlp_decoder(30, (100,), "gelu"), 30
        )
        options = {"learning_rate": 5e-3}
    else:
        model = twin.VAE(
            twin.mlp_encoder(20, (150, 100), "gelu"), twin.mlp_decoder(10, (100, 150), "gelu"), 10
        )
        options = {"learning_rate": 3e-3, "batch_size": 128, "clip_norm": 100}
    return twin.fit(
        model, data, 20, optimizer="adam", schedule="one_cycle", progress=False, **options
    )


def seconds_to(run: aelib.Run, loss: float) -> float:
    """Return when the validation loss per pixel was first at most `loss`; infinite if never."""
    reached = np.flatnonzero(np.divide(run.history["valid"]["loss"], PIXELS) <= loss)
    return run.times[reached[0]] if len(reached) else float("inf")


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
                seconds, loss = recipe(task, data, epochs)
                run = course_run(task, twin, data)
                final = run.final() / PIXELS
                share = share_of(run, data, rate)
                yield Row(task, framework, seconds, loss, seconds_to(run, loss), final, share)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--epochs-share", type=float, default=1.0, help="of the recipe's epochs")
    parser.add_argument("--only", nargs="+", choices=RECIPE_EPOCHS, default=list(RECIPE_EPOCHS))
    options = parser.parse_args()
    aelib.start(seed=0)
    print(
        f"{'':17} {'recipe':>8} {'final':>8} {'fit, to':>8} {'fit,':>8} {'times':>6} {'sgemm':>7}"
    )
    print(f"{'':17} {'(s)':>8} {'loss':>8} {'it (s)':>8} {'final':>8} {'sooner':>6} {'share':>7}")
    for row in measure(options.only, options.repeats, options.epochs_share):
        print(row, flush=True)


if __name__ == "__main__":
    main()
