"""One step of training: the terms, their gradient, the guard, the update."""

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from aelib.objective import weighted_sum
from aelib.torch.autoencoder import Autoencoder
from aelib.training import NonFiniteTerm


def train_step(
    model: Autoencoder, optimizer: Optimizer, x: Tensor, clip_norm: float | None = None
) -> dict[str, Tensor]:
    """Update the model on one batch and return the terms and the loss, or raise `NonFiniteTerm`."""
    values = _values(model, x)
    optimizer.zero_grad()
    values["loss"].backward()
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    norm = nn.utils.get_total_norm(gradients)
    # One check, and one wait for the device, for everything: a non-finite term makes this so too.
    if not torch.isfinite(values["loss"].detach() + norm):
        bad = [name for name, value in values.items() if not torch.isfinite(value)]
        raise NonFiniteTerm(bad[0] if bad else "gradient")
    if clip_norm is not None:
        nn.utils.clip_grads_with_norm_(model.parameters(), clip_norm, norm)
    optimizer.step()
    return values


@torch.no_grad()
def measure(model: Autoencoder, x: Tensor) -> dict[str, Tensor]:
    """Return the terms and the loss of one batch, without training."""
    return _values(model, x)


def _values(model: Autoencoder, x: Tensor) -> dict[str, Tensor]:
    terms = model.loss_terms(x)
    return {**terms, "loss": weighted_sum(terms, model.loss_weights)}
