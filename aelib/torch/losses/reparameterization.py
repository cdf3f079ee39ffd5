"""The sample that gradients flow through."""

from torch import Tensor


def reparameterize(mean: Tensor, log_var: Tensor, noise: Tensor) -> Tensor:
    r"""Return a sample of N(mean, exp(log_var)) as a differentiable function of both.

    .. math:: z = \mu + \sigma \varepsilon, \quad \sigma = e^{\log\sigma^2 / 2},
              \quad \varepsilon \sim N(0, I)

    Shapes: all (batch, latent_dim). Kingma & Welling (2014), section 2.4.
    """
    return mean + (0.5 * log_var).exp() * noise
