"""A generative adversarial network over vectors, such as the codes of an autoencoder."""

from torch import Tensor, nn
from torch.nn.functional import softplus

from aelib.checks import check_latent_dim, check_width
from aelib.torch.trainable import Trainable
from aelib.training.players import Player


class CodeGAN(Trainable):
    r"""Make vectors of noise that a discriminator cannot tell from those of the data.

    Two players move in turn, with :math:`T(x) = 1 / (1 + e^{-h(x)})` of a discriminator h and
    draws :math:`G(\varepsilon)` of a generator:

    .. math::
        \text{discriminator:}\quad & -\log T(x) - \log (1 - T(G(\varepsilon))), \quad
            \varepsilon \sim N(0, I) \\
        \text{generator:}\quad & -\log T(G(\varepsilon))

    means over the batch, in nats, each with noise of its own. The discriminator's terms are called
    "code_as_draw" and "draw_as_code", after the mistakes that they punish, the generator's
    "draw_as_draw". Where draws are distributed as the data, the best discriminator answers 1/2 to
    everything: its terms sum to 2 log 2, and the generator's is log 2. The generator's loss is the
    non-saturating one. `aelib.draw_codes` makes vectors. Goodfellow et al. (2014).

    Args:
        generator: G, a network from noise (batch, latent_dim) to vectors (batch, latent_dim).
        discriminator: h, a network from (batch, latent_dim) to logits (batch, 1).
        latent_dim: how many numbers a vector has.

    Raises `ValueError` for a latent_dim below 1, or a network of another width.
    """

    players = (
        Player("discriminator", parts=("discriminator",)),
        Player("generator", parts=("generator",)),
    )

    def __init__(self, generator: nn.Module, discriminator: nn.Module, latent_dim: int):
        super().__init__(data_range=None)
        self.generator = generator
        self.discriminator = discriminator
        self.latent_dim = check_latent_dim(latent_dim)

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """The shape of the normal noise that `generate` makes one vector of."""
        return (self.latent_dim,)

    def generate(self, noise: Tensor) -> Tensor:
        """Return a vector for each N(0, I) noise. Shapes: (n, latent_dim) -> (n, latent_dim)."""
        x = self.generator(noise)
        check_width("the generator", x.shape, self.latent_dim, "the numbers of a vector")
        return x

    def judge(self, x: Tensor) -> Tensor:
        """Return the logit that x is of the data. Shapes: (batch, latent_dim) -> (batch,)."""
        logits = self.discriminator(x)
        check_width("the discriminator", logits.shape, 1, "a logit")
        return logits[:, 0]

    def terms_of(self, player: Player, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return what a player lowers: its terms by name, means over the batch."""
        check_width("x", x.shape, self.latent_dim, "the numbers of a vector")
        drawn = self.generate(self.noise(player.name, tuple(x.shape)))
        if player.name == "discriminator":
            return {
                "code_as_draw": softplus(-self.judge(x)).mean(),
                "draw_as_code": softplus(self.judge(drawn.detach())).mean(),
            }
        return {"draw_as_draw": softplus(-self.judge(drawn)).mean()}
