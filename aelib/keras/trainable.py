"""What `fit` needs of a model, and nothing more."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops
from numpy.typing import NDArray

from aelib.keras.noise import Noisy
from aelib.keras.training.autodiff import outside_of_graph
from aelib.keras.training.step import run_after_step, train_step, values_of, weights_of
from aelib.training.objective import Weight, weights_at
from aelib.training.players import Player, moves


class Bookkeeping:
    """What a compiled training needs beside the model; it is no state of the model.

    Attributes:
        weights: of each term that has one, its weight, as a variable that a compiled step reads.
        means: of each term, its mean over an epoch of Keras's own `fit`.
        optimizers: of each player, its optimizer in Keras's own `fit`.
    """

    def __init__(self) -> None:
        self.weights: dict[str, keras.Variable] = {}
        self.means: dict[str, keras.metrics.Mean] = {}
        self.optimizers: dict[str, keras.optimizers.Optimizer] = {}


class EveryBatch(keras.callbacks.Callback):
    """Have a model know its progress, and the weights of its loss, in Keras's own `fit`."""

    def on_train_begin(self, logs: Any = None) -> None:
        self.batches = 0

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        steps = self.params["steps"]
        total = self.params["epochs"] * steps if steps else None
        self.model.set_progress(min(self.batches / total, 1.0) if total else 0.0)
        self.batches += 1

    def on_train_end(self, logs: Any = None) -> None:
        self.model.set_progress(1.0)


class Trainable(Noisy, keras.Model):
    """A model with an objective: named inputs, named terms, and players who lower them.

    An `Autoencoder` is one, and so is a classifier of frozen codes, or a GAN that makes codes. A
    type gives `loss_terms`, or, where it has several players, `terms_of`.

    Attributes:
        inputs: the names of the arrays of a batch, in the order that the methods take them; the
            first is `x`.
        integers: those of the inputs that hold whole numbers, such as labels.
        players: who moves which parts of the model; by default one player moves everything.
        data_range: the closed range that x must lie in; None for any finite values.
        progress: how far the training is, a scalar from 0 to 1; after it, 1. A temperature or a
            slope may depend on it.

    Keras: `compile(optimizer)` and `fit` of Keras work as for any model, with x, or a dict by name
    of input. A step that is not finite is then skipped; `aelib.keras.fit` stops there.
    """

    inputs: tuple[str, ...] = ("x",)
    integers: tuple[str, ...] = ()
    players: tuple[Player, ...] = (Player("model"),)

    def __init__(self, *, data_range: tuple[float, float] | None = None):
        super().__init__()
        self.data_range = None if data_range is None else tuple(data_range)
        self.seed_generator = keras.random.SeedGenerator()
        self.progress = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="progress"
        )
        self.bookkeeping = Bookkeeping()
        self.built = True  # its parts bring or make their weights; it has nothing to add

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of each term; an absent one is 1, a function is one of the progress."""
        return {}

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the unweighted terms of the loss by name, each a mean over the batch."""
        raise TypeError(f"{type(self).__name__} defines neither loss_terms nor terms_of")

    def terms_of(self, player: Player, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the terms that a player lowers; with a single player, `loss_terms`."""
        return self.loss_terms(x, **given)

    def after_step(self, x: Tensor, **given: Tensor) -> None:
        """Do what no gradient does, such as a moving average, once all players have moved.

        It runs after each batch of a training, in training mode, without gradients.
        """

    def check(self, batch: Mapping[str, NDArray]) -> None:
        """Raise `ValueError` for inputs that the model cannot work with.

        The arrays already have the right names, equal lengths and finite values.
        """

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Trainable":
        """Make the model that `get_config` described."""
        made = keras.saving.deserialize_keras_object
        described = {
            name: isinstance(value, dict) and "class_name" in value
            for name, value in config.items()
        }
        return cls(**{k: made(v) if described[k] else v for k, v in config.items()})

    def set_progress(self, progress: float) -> None:
        """Note how far the training is, and what the weights of the loss are there."""
        self.progress.assign(progress)
        for name, weight in weights_at(self.loss_weights, progress).items():
            self._weight_variable(name).assign(weight)

    def weights_now(self) -> dict[str, keras.Variable]:
        """Return the weights of the loss as variables, so that a compiled step follows them."""
        return {name: self._weight_variable(name) for name in self.loss_weights}

    def _weight_variable(self, name: str) -> keras.Variable:
        weights = self.bookkeeping.weights
        if name not in weights:
            with outside_of_graph():
                now = weights_at(self.loss_weights, self.progress)[name]
                weights[name] = keras.Variable(now, trainable=False, name=f"weight_of_{name}")
        return weights[name]

    def fit(self, *args: Any, callbacks: Any = (), **kwargs: Any) -> keras.callbacks.History:
        """Train as Keras does; see `keras.Model.fit`."""
        return super().fit(*args, callbacks=[EveryBatch(), *callbacks], **kwargs)

    def train_step(self, data: Any) -> dict[str, Tensor]:
        """Let every player move on one batch; `keras.Model.fit` calls this."""
        batch = self._batch_of(data)
        values: dict[str, Tensor] = {}
        numbers: list[Tensor] = []
        for player in moves(self.players):
            own = weights_of(self, player)
            optimizer = self._optimizer_of(player, own)
            found = train_step(self, player, optimizer, own, batch, earlier=numbers)
            numbers += found.values()
            values |= found
        run_after_step(self, batch, numbers)
        del values["gradient"]
        return self._means(values, batch)

    def test_step(self, data: Any) -> dict[str, Tensor]:
        """Measure one batch; `keras.Model.evaluate` calls this."""
        batch = self._batch_of(data)
        values: dict[str, Tensor] = {}
        for player in self.players:
            values |= values_of(self, player, batch, training=False)
        return self._means(values, batch)

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """What Keras sets back at the start of each epoch."""
        return [*super().metrics, *self.bookkeeping.means.values()]

    def _batch_of(self, data: Any) -> dict[str, Tensor]:
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        return dict(x) if isinstance(x, Mapping) else {self.inputs[0]: x}

    def _optimizer_of(self, player: Player, own: list[keras.Variable]) -> Any:
        optimizers = self.bookkeeping.optimizers
        if player.name == self.players[0].name:
            optimizers[player.name] = self.optimizer
        with outside_of_graph():
            if player.name not in optimizers:
                copied = type(self.optimizer).from_config(self.optimizer.get_config())
                optimizers[player.name] = copied
            if not optimizers[player.name].built:
                optimizers[player.name].build(own)
        return optimizers[player.name]

    def _means(self, values: Mapping[str, Tensor], batch: Mapping[str, Tensor]) -> dict:
        means = self.bookkeeping.means
        for name, value in values.items():
            if name not in means:
                with outside_of_graph():
                    means[name] = keras.metrics.Mean(name=name)
            means[name].update_state(value, sample_weight=ops.shape(batch[self.inputs[0]])[0])
        return {name: means[name].result() for name in values}
