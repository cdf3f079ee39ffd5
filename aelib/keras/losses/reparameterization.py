"""The sample that gradients flow through."""

from keras import KerasTensor as Tensor
from keras import ops


def reparameterize(mean: Tensor, log_var: Tensor, noise: Tensor) -> Tensor:
    r"""Return a sample of N(mean, exp(log_var)) as a differentiable function of both.

    .. math:: z = \mu + \sigma \varepsilon, \quad \sigma = e^{\log\sigma^2 / 2},
              \quad \varepsilon \sim N(0, I)

    Shapes: all (batch, latent_dim). Kingma & Welling (2014), section 2.4.
    """
    return mean + ops.exp(0.5 * log_var) * noise


def keep_in_range(values: Tensor, low: float, high: float) -> Tensor:
    r"""Return values clipped to [low, high], with the gradient of values that are not clipped.

    .. math:: y = \min(\max(v, \text{low}), \text{high}), \quad \partial y / \partial v = 1

    A clip alone has the gradient 0 outside of the range: what got there could never come back.
    """
    kept = ops.stop_gradient(ops.clip(values, low, high))
    return kept + (values - ops.stop_gradient(values))
