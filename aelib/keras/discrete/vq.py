"""The vector-quantized autoencoder."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import KerasTensor as Tensor
from keras import ops

from aelib.checks import check_entries, check_vectors
from aelib.keras.autoencoder import Autoencoder
from aelib.keras.losses.reconstruction import squared_error
from aelib.training.objective import Weight


@keras.saving.register_keras_serializable("aelib")
class VQVAE(Autoencoder):
    r"""Encode x as a grid of tokens, each the number of an entry of a codebook.

    .. math:: L = \lVert x - g(q) \rVert^2 + \lambda \sum_j \lVert z_j - \mathrm{sg}(q_j) \rVert^2,
              \quad q_j = e_{t_j}, \quad t_j = \arg\min_k \lVert z_j - e_k \rVert

    with one vector z_j of f(x) at each place j of the grid, and sg, which passes no gradient. The
    gradient of the first term reaches the encoder as if q were z (straight through). After each
    step the entries follow the vectors that chose them, by moving averages of count and sum:

    .. math:: \bar N_k \leftarrow \gamma \bar N_k + (1 - \gamma) N_k, \quad
              \bar S_k \leftarrow \gamma \bar S_k + (1 - \gamma) \sum_{j: t_j = k} z_j, \quad
              e_k = \bar S_k / \bar N_k

    with N_k places that chose entry k. Without averages the entries are trained by the gradient of
    a third term, :math:`\sum_j \lVert \mathrm{sg}(z_j) - q_j \rVert^2`. Terms are sums over the
    grid and the vectors, and means over the batch. "perplexity", the exponential of the entropy of
    the entries' shares in a batch, has the weight 0: it is recorded, and not trained. van den Oord,
    Vinyals & Kavukcuoglu (2017), with their appendix A.1.

    Args:
        encoder: f, a network from (batch, ...) to one vector at each place of the grid.
        decoder: g, a network from these vectors to the shape of x.
        grid: the shape of the grid of tokens.
        entries: how many entries the codebook has.
        width: how many numbers a vector has.
        commitment: the weight lambda.
        averages: whether the entries are moving averages, and not trained by gradient.
        decay: gamma.
        start: the standard deviation of the entries at first; None takes vectors of the first
            batch, once its step is done.
        revive_below: an entry whose average count falls below this share of the mean becomes a
            vector of the batch; None leaves it where it is.
        data_range: the closed range that x must lie in; None for any finite values.

    Keras: the vectors are the last axis, `(batch, *grid, width)`.

    PyTorch: the vectors are the channels, `(batch, width, *grid)`.

    Raises `ValueError` for fewer than two entries, or an encoder that gives another grid.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        grid: tuple[int, ...] = (7, 7),
        entries: int = 128,
        width: int = 16,
        *,
        commitment: Weight = 0.25,
        averages: bool = True,
        decay: float = 0.99,
        start: float | None = None,
        revive_below: float | None = 0.02,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, width, data_range=data_range)
        self.grid, self.entries, self.width = tuple(grid), check_entries(entries), width
        self.commitment, self.averages, self.decay = commitment, averages, decay
        self.start, self.revive_below = start, revive_below
        self.codebook = self.add_weight(
            shape=(entries, width),
            initializer=keras.initializers.RandomNormal(stddev=1.0 if start is None else start),
            trainable=not averages,
            name="codebook",
        )
        self.counts = self.add_weight(
            shape=(entries,), initializer="ones", trainable=False, name="counts"
        )
        self.sums = self.add_weight(
            shape=(entries, width), initializer="zeros", trainable=False, name="sums"
        )
        self.sums.assign(self.codebook)
        self.started = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="started"
        )
        self.started.assign(float(start is not None))

    @property
    def code_shape(self) -> tuple[int, ...]:
        """The shape of one code: the grid."""
        return self.grid

    @property
    def vocabulary(self) -> int:
        """How many values a token has."""
        return self.entries

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of the commitment; perplexity is only watched."""
        return {"commitment": self.commitment, "perplexity": 0.0}

    def vectors(self, x: Tensor) -> Tensor:
        """Return the encoder's vectors before quantization. Shapes: -> `(batch, *grid, width)`."""
        z = self.encoder(x)
        check_vectors(z.shape, self.grid, self.width)
        return z

    def nearest(self, z: Tensor) -> Tensor:
        r"""Return the nearest entry, :math:`\arg\min_k \lVert e_k \rVert^2 - 2 z^T e_k`.

        Shapes: (..., width) -> (...), whole numbers.
        """
        squares = ops.sum(ops.square(self.codebook), axis=1)
        distances = squares - 2 * ops.matmul(z, ops.transpose(self.codebook))
        return ops.cast(ops.argmin(distances, axis=-1), "int32")

    def encode(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return the tokens of x. Shapes: (batch, ...) -> `(batch, *grid)`, whole numbers."""
        return self.nearest(self.vectors(x))

    def decode(self, z: Tensor, **given: Tensor) -> Tensor:
        """Return the reconstructions of tokens. Shapes: `(batch, *grid)` -> (batch, ...)."""
        return self.decode_vectors(self.look_up(z))

    def look_up(self, tokens: Tensor) -> Tensor:
        """Return the entries of tokens. Shapes: (...) -> (..., width)."""
        return ops.take(self.codebook, ops.cast(tokens, "int32"), axis=0)

    def decode_vectors(self, q: Tensor) -> Tensor:
        """Return what the decoder makes of vectors. Shapes: -> (batch, ...)."""
        return self.decoder(q)

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the terms by name, each a mean over the batch."""
        z = self.vectors(x)
        tokens = self.nearest(z)
        q = self.look_up(tokens)
        straight_through = z + ops.stop_gradient(q - z)
        x_hat = self.decode_vectors(straight_through)
        terms = {
            "reconstruction": ops.mean(squared_error(x, x_hat)),
            "commitment": ops.mean(squared_error(z, ops.stop_gradient(q))),
        }
        if not self.averages:
            terms["codebook"] = ops.mean(squared_error(ops.stop_gradient(z), q))
        return {**terms, "perplexity": self.perplexity(tokens)}

    def perplexity(self, tokens: Tensor) -> Tensor:
        r"""Return :math:`\exp(-\sum_k s_k \log s_k)` for the share s_k of each entry, a scalar."""
        chosen = ops.one_hot(ops.reshape(tokens, (-1,)), self.entries)
        share = ops.mean(chosen, axis=0)
        return ops.exp(-ops.sum(share * ops.log(ops.maximum(share, 1e-30))))

    def after_step(self, x: Tensor, **given: Tensor) -> None:
        """Update the moving averages, and replace entries that nobody chooses."""
        z = ops.reshape(self.vectors(x), (-1, self.width))
        chosen = ops.one_hot(self.nearest(z), self.entries)
        places = ops.sum(chosen, axis=0)
        counts = self._average(self.counts, places)
        sums = self._average(self.sums, ops.matmul(ops.transpose(chosen), z))
        codebook = self.codebook.value
        if self.averages:
            # The rest keep their mean; computing it anew would divide what rounding left of it.
            moved = places[:, None] > 0
            means = sums / ops.where(moved, counts[:, None], 1.0)
            codebook = ops.where(moved, means, codebook)
        dead = ops.equal(self.started, 0.0)
        if self.revive_below is not None:
            dead = ops.logical_or(dead, counts < self.revive_below * ops.mean(counts))
        dead = ops.broadcast_to(dead, (self.entries,))[:, None]
        noise = self.noise("revival", (self.entries,), "uniform")
        rows = ops.cast(noise * ops.cast(ops.shape(z)[0], noise.dtype), "int32")
        fresh = ops.take(z, rows, axis=0)
        self.codebook.assign(ops.where(dead, fresh, codebook))
        self.sums.assign(ops.where(dead, fresh, sums))
        self.counts.assign(ops.where(dead[:, 0], 1.0, counts))
        self.started.assign(1.0)

    def _average(self, old: Tensor, new: Tensor) -> Tensor:
        return self.decay * old + (1 - self.decay) * new

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs, so that `save` and `keras.saving.load_model` work."""
        config = super().get_config()
        del config["latent_dim"]
        names = ("grid", "entries", "width", "commitment", "averages", "decay", "start")
        own = {name: getattr(self, name) for name in (*names, "revive_below")}
        return {**config, **own}
