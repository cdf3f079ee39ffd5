"""The adversarial autoencoder."""

from torch import Tensor, nn
from torch.nn.functional import softplus

from aelib.checks import check_prior, check_width
from aelib.torch.adversarial.priors import draw_prior, prior_noise_shape
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.reconstruction import squared_error
from aelib.training.players import Player


class AdversarialAutoencoder(Autoencoder):
    r"""Reconstruct x, and have the codes of all x together look like draws from a prior.

    Three players move in turn, with :math:`T(z) = 1 / (1 + e^{-h(z)})` of a discriminator h:

    .. math::
        \text{autoencoder:}\quad & \lVert x - g(f(x)) \rVert^2 \\
        \text{discriminator:}\quad & -\log T(z_p) - \log (1 - T(f(x))), \quad z_p \sim p(z) \\
        \text{encoder:}\quad & -\log T(f(x))

    means over the batch; the last two are in nats. The discriminator's terms are called
    "prior_as_code" and "code_as_prior", after the mistakes that they punish, the encoder's
    "code_as_code". Where the codes are distributed as p(z), the
    best discriminator answers 1/2 to everything: its terms sum to 2 log 2, and the encoder's is
    log 2. Makhzani et al. (2015).

    Args:
        encoder: f, a network from (batch, ...) to (batch, latent_dim).
        decoder: g, a network from (batch, latent_dim) to the shape of x.
        discriminator: h, a network from (batch, latent_dim) to logits (batch, 1).
        latent_dim: how many numbers a code has.
        prior: "normal" for N(0, I), "ring" or "swiss_roll", which have two codes.
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` as `Autoencoder` does, and for a prior that is unknown or has another number
    of codes.
    """

    players = (
        Player("autoencoder", parts=("encoder", "decoder")),
        Player("discriminator", parts=("discriminator",)),
        Player("encoder", parts=("encoder",)),
    )

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        discriminator: nn.Module,
        latent_dim: int,
        *,
        prior: str = "normal",
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.discriminator = discriminator
        self.prior = check_prior(prior, latent_dim)

    def terms_of(self, player: Player, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return what a player lowers: its terms by name, means over the batch."""
        z = self.encode(x)
        if player.name == "autoencoder":
            return {"reconstruction": squared_error(x, self.decode(z)).mean()}
        if player.name == "discriminator":
            prior = self.prior_codes(self.noise("prior", (len(x), *self.noise_shape)))
            return {
                "prior_as_code": softplus(-self.judge(prior)).mean(),
                "code_as_prior": softplus(self.judge(z.detach())).mean(),
            }
        return {"code_as_code": softplus(-self.judge(z)).mean()}

    def judge(self, z: Tensor) -> Tensor:
        """Return the logit that a code is a draw of the prior. Shapes: (batch, ...) -> (batch,)."""
        logits = self.discriminator(z)
        check_width("the discriminator", logits.shape, 1, "a logit")
        return logits[:, 0]

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """The shape of the normal noise that `prior_codes` makes one code of."""
        return prior_noise_shape(self.prior, self.latent_dim)

    def prior_codes(self, noise: Tensor) -> Tensor:
        """Return draws of p(z) made of N(0, 1) noise. Shapes: `(n, *noise_shape)` -> (n, ...)."""
        return draw_prior(self.prior, noise)
