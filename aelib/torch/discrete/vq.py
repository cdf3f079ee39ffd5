"""The vector-quantized autoencoder."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from aelib.checks import check_entries, check_vectors
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.reconstruction import squared_error
from aelib.training.objective import Weight


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

    counts: Tensor
    sums: Tensor
    started: Tensor

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
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
        codebook = torch.randn(entries, width) * (1.0 if start is None else start)
        self.codebook = nn.Parameter(codebook, requires_grad=not averages)
        self.register_buffer("counts", torch.ones(entries))
        self.register_buffer("sums", codebook.clone())
        self.register_buffer("started", torch.tensor(float(start is not None)))

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
        z = self.encoder(x).movedim(1, -1)
        check_vectors(z.shape, self.grid, self.width)
        return z

    def nearest(self, z: Tensor) -> Tensor:
        r"""Return the nearest entry, :math:`\arg\min_k \lVert e_k \rVert^2 - 2 z^T e_k`.

        Shapes: (..., width) -> (...), whole numbers.
        """
        distances = self.codebook.square().sum(1) - 2 * z @ self.codebook.T
        return distances.argmin(-1).int()

    def encode(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return the tokens of x. Shapes: (batch, ...) -> `(batch, *grid)`, whole numbers."""
        return self.nearest(self.vectors(x))

    def decode(self, z: Tensor, **given: Tensor) -> Tensor:
        """Return the reconstructions of tokens. Shapes: `(batch, *grid)` -> (batch, ...)."""
        return self.decode_vectors(self.look_up(z))

    def look_up(self, tokens: Tensor) -> Tensor:
        """Return the entries of tokens. Shapes: (...) -> (..., width)."""
        return self.codebook[tokens.int()]

    def decode_vectors(self, q: Tensor) -> Tensor:
        """Return what the decoder makes of vectors. Shapes: -> (batch, ...)."""
        return self.decoder(q.movedim(-1, 1))

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return the terms by name, each a mean over the batch."""
        z = self.vectors(x)
        tokens = self.nearest(z)
        q = self.look_up(tokens)
        straight_through = z + (q - z).detach()
        x_hat = self.decode_vectors(straight_through)
        terms = {
            "reconstruction": squared_error(x, x_hat).mean(),
            "commitment": squared_error(z, q.detach()).mean(),
        }
        if not self.averages:
            terms["codebook"] = squared_error(z.detach(), q).mean()
        return {**terms, "perplexity": self.perplexity(tokens)}

    def perplexity(self, tokens: Tensor) -> Tensor:
        r"""Return :math:`\exp(-\sum_k s_k \log s_k)` for the share s_k of each entry, a scalar."""
        share = F.one_hot(tokens.flatten().long(), self.entries).float().mean(0)
        return torch.exp(-torch.special.xlogy(share, share).sum())

    def after_step(self, x: Tensor, **given: Tensor) -> None:
        """Update the moving averages, and replace entries that nobody chooses."""
        z = self.vectors(x).flatten(0, -2)
        chosen = F.one_hot(self.nearest(z).long(), self.entries).to(z.dtype)
        places = chosen.sum(0)
        self.counts.lerp_(places, 1 - self.decay)
        self.sums.lerp_(chosen.T @ z, 1 - self.decay)
        if self.averages:
            # The rest keep their mean; computing it anew would divide what rounding left of it.
            moved = places[:, None] > 0
            means = self.sums / torch.where(moved, self.counts[:, None], 1.0)
            self.codebook.copy_(torch.where(moved, means, self.codebook))
        dead = self.started == 0
        if self.revive_below is not None:
            dead = dead | (self.counts < self.revive_below * self.counts.mean())
        dead = dead.expand(self.entries)[:, None]
        fresh = z[(self.noise("revival", (self.entries,), "uniform") * len(z)).long()]
        self.codebook.copy_(torch.where(dead, fresh, self.codebook))
        self.sums.copy_(torch.where(dead, fresh, self.sums))
        self.counts.copy_(torch.where(dead[:, 0], 1.0, self.counts))
        self.started.fill_(1.0)
