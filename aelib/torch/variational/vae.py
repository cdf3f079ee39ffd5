"""The variational autoencoder."""

from collections.abc import Mapping

from torch import Tensor, nn

from aelib.checks import check_beta, check_likelihood, check_width
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.losses.divergences import kl_standard_normal
from aelib.torch.losses.likelihoods import LIKELIHOODS
from aelib.torch.losses.reparameterization import keep_in_range, reparameterize
from aelib.training.objective import Weight

# An image unlike all others can get a log-variance whose exponential swamps the loss, or overflows.
# Beside a prior of variance 1, a variance outside of this range says nothing more.
LOG_VAR_RANGE = (-20.0, 10.0)


class VAE(Autoencoder):
    r"""Encode x as a distribution, and pay for the nats that the code carries.

    .. math:: L = -E_{q(z|x)} \log p(x|z) + \beta\, KL(q(z|x) \,\|\, p(z)),
              \quad q(z|x) = N(\mu(x), \mathrm{diag}(\sigma^2(x))), \quad p(z) = N(0, I)

    with one sample of z an example. For beta = 1, -L is a lower bound of log p(x), in nats. A type
    of this family overrides the part that it changes: `posterior`, `draw`, `nll`, `rate` or
    `prior_codes`. Kingma & Welling (2014); Rezende, Mohamed & Wierstra (2014); beta: Higgins et
    al. (2017).

    Args:
        encoder: a network from (batch, ...) to (batch, 2 latent_dim): the mean, then log sigma^2.
        decoder: a network from (batch, latent_dim) to the shape of x: logits for the likelihood
            "bernoulli", means for "gaussian".
        latent_dim: how many numbers a code has.
        beta: the weight of KL, with reconstruction summed over the pixels; a function of the
            progress, such as `aelib.warm_up(0.3)`, changes it during training.
        likelihood: "bernoulli" for pixels in [0, 1]; "gaussian" for N(decoder(z), I).
        data_range: the closed range that x must lie in; None for any finite values.

    Raises `ValueError` for a latent_dim below 1, a negative beta, an unknown likelihood, or an
    encoder whose output has another width.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        latent_dim: int,
        *,
        beta: Weight = 1.0,
        likelihood: str = "bernoulli",
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, decoder, latent_dim, data_range=data_range)
        self.beta = check_beta(beta)
        self.likelihood = check_likelihood(likelihood)

    @property
    def loss_weights(self) -> Mapping[str, Weight]:
        """The weight of KL."""
        return {"kl": self.beta}

    def posterior(self, x: Tensor, **given: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance of q(z|x), the latter kept in `LOG_VAR_RANGE`.

        Outside of the range the gradient passes as if it were inside, so an image that got there
        can come back. Shapes: (batch, ...) -> 2 (batch, latent_dim).
        """
        parameters = self.encoder(x)
        check_width(
            "the encoder",
            parameters.shape,
            2 * self.latent_dim,
            "the mean and then the log-variance",
        )
        mean, log_var = parameters.chunk(2, dim=-1)
        return mean, keep_in_range(log_var, *LOG_VAR_RANGE)

    def encode(self, x: Tensor, **given: Tensor) -> Tensor:
        """Return the posterior means of x. Shapes: (batch, ...) -> (batch, latent_dim)."""
        mean, *_ = self.posterior(x, **given)
        return mean

    def decode(self, z: Tensor, **given: Tensor) -> Tensor:
        """Return the mean of p(x|z). Shapes: (batch, latent_dim) -> (batch, ...)."""
        return LIKELIHOODS[self.likelihood].mean(self.decoder(z))

    def draw(self, mean: Tensor, log_var: Tensor) -> Tensor:
        """Return one sample of q(z|x) an example. Shapes: 2 (batch, latent_dim) -> the same."""
        return reparameterize(mean, log_var, self.noise("z", tuple(mean.shape)))

    def nll(self, x: Tensor, z: Tensor, **given: Tensor) -> Tensor:
        """Return -log p(x|z) of each example, in nats. Shapes: (batch, ...) -> (batch,)."""
        return LIKELIHOODS[self.likelihood].nll(x, self.decoder(z))

    def rate(self, z: Tensor, mean: Tensor, log_var: Tensor) -> Tensor:
        """Return KL(q(z|x) || p(z)) of each example, in nats. Shapes: -> (batch,)."""
        return kl_standard_normal(mean, log_var)

    def loss_terms(self, x: Tensor, **given: Tensor) -> dict[str, Tensor]:
        """Return "reconstruction" and "kl", in nats, each a mean over the batch."""
        posterior = self.posterior(x, **given)
        z = self.draw(*posterior)
        return {
            "reconstruction": self.nll(x, z, **given).mean(),
            "kl": self.rate(z, *posterior).mean(),
        }

    @property
    def noise_shape(self) -> tuple[int, ...]:
        """The shape of the normal noise that `prior_codes` makes one code of."""
        return self.code_shape

    def prior_codes(self, noise: Tensor) -> Tensor:
        """Return draws of p(z) made of N(0, 1) noise. Shapes: `(n, *noise_shape)` -> (n, ...)."""
        return noise
