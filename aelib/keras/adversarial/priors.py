"""Distributions that codes may be asked to have, as functions of normal noise."""

import math

from keras import KerasTensor as Tensor
from keras import ops

from aelib.priors import (
    COMPONENTS,
    RING_RADIUS,
    RING_SPREAD,
    ROLL_CENTER,
    ROLL_FROM,
    ROLL_SCALE,
    ROLL_SPREAD,
    ROLL_TO,
)


def prior_noise_shape(prior: str, latent_dim: int) -> tuple[int, ...]:
    """Return the shape of the N(0, 1) noise that one code of a prior is made of."""
    return (latent_dim,) if prior == "normal" else (3,)


def draw_prior(prior: str, noise: Tensor) -> Tensor:
    r"""Return draws of a prior, made of N(0, 1) noise.

    "normal" is the noise itself. The others lie in the plane: "ring" is a mixture of ten Gaussians
    on a circle, "swiss_roll" a spiral of one turn and a half with Gaussian noise across it. The
    third number of their noise, :math:`u = \Phi(n_3)`, chooses the component, or the place on the
    curve; the first two are the deviation from it.
    Shapes: `(n, *noise_shape)` -> (n, latent_dim).
    """
    if prior == "normal":
        return noise
    u = 0.5 * (1 + ops.erf(noise[:, 2] / math.sqrt(2)))
    if prior == "ring":
        angle = 2 * math.pi * ops.minimum(ops.floor(COMPONENTS * u), COMPONENTS - 1) / COMPONENTS
        center = RING_RADIUS * ops.stack([ops.cos(angle), ops.sin(angle)], axis=1)
        return center + RING_SPREAD * noise[:, :2]
    t = ROLL_FROM + (ROLL_TO - ROLL_FROM) * u
    curve = ops.stack([t * ops.cos(t) - ROLL_CENTER[0], t * ops.sin(t) - ROLL_CENTER[1]], axis=1)
    return ROLL_SCALE * curve + ROLL_SPREAD * noise[:, :2]
