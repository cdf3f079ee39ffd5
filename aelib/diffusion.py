"""Diffusion, outside of any network: how noise is added, and how it is taken away again."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib.bridge import BATCH, adapter_of

# The variance that a step of the first diffusion models adds, times their 1,000 steps.
FIRST, LAST = 0.1, 20.0


def linear_schedule(steps: int) -> NDArray[np.float64]:
    r"""Return how much of the signal is left after each step, of a schedule for any number of them.

    .. math:: \bar\alpha_t = \prod_{i \le t} (1 - \beta_i), \quad
              \beta_i = \frac1T \Bigl( 0.1 + 19.9 \frac{i - 1}{T - 1} \Bigr)

    for t from 1 to T steps. With T = 1,000 these are the variances of Ho, Jain & Abbeel (2020);
    with fewer steps each is larger, so that the last is as near to pure noise. Shapes: -> (steps,).

    Raises `ValueError` for fewer than 25 steps, the last of which would add all the noise at once.
    """
    if steps < 25:
        raise ValueError(
            f"steps must be at least 25, got {steps}: draw_codes can skip some of them"
        )
    return np.cumprod(1 - np.linspace(FIRST, LAST, steps) / steps, dtype=np.float64)


def draw_codes(
    model: Any, n: int, seed: int = 0, *, steps: int | None = None, eta: float = 1.0
) -> NDArray[np.float32]:
    r"""Return n vectors that a diffusion model or a GAN makes of noise.

    A GAN makes them in one pass. Diffusion goes from x at the last t of the schedule down to t = 0:
    with the noise that the model sees in x, its guess of the data, and the noise level of the next
    t, s:

    .. math::
        \hat\varepsilon = \varepsilon_\theta(x, t), \quad
        \hat x_0 = \frac{x - \sqrt{1 - \bar\alpha_t}\, \hat\varepsilon}{\sqrt{\bar\alpha_t}}, \quad
        \sigma = \eta \sqrt{\frac{1 - \bar\alpha_s}{1 - \bar\alpha_t}
                 \Bigl(1 - \frac{\bar\alpha_t}{\bar\alpha_s}\Bigr)}, \\
        x \leftarrow \sqrt{\bar\alpha_s}\, \hat x_0
            + \sqrt{1 - \bar\alpha_s - \sigma^2}\, \hat\varepsilon + \sigma \xi,
        \quad \xi \sim N(0, I)

    with eta = 1 the ancestral sampler of Ho, Jain & Abbeel (2020), with eta = 0 the deterministic
    one of Song, Meng & Ermon (2021). NumPy draws the noise, so models of both frameworks get the
    same.

    Args:
        model: a `CodeDiffusion` or a `CodeGAN` of either framework.
        n: how many vectors.
        seed: of the noise.
        steps: how many of the schedule's t to visit, evenly spaced; None for all. For diffusion.
        eta: how much of the noise is drawn anew, from 0 to 1. For diffusion.

    Shapes: -> (n, latent_dim). Raises `TypeError` for a model that makes no vectors of noise, or a
    GAN with steps; `ValueError` for a number of steps that the schedule does not have, or an eta
    outside of [0, 1].
    """
    rng = np.random.default_rng(seed)
    if hasattr(model, "generate"):
        if steps is not None or eta != 1:
            raise TypeError(f"{type(model).__name__} makes vectors in one pass: no steps, no eta")
        noise = rng.standard_normal((n, *model.noise_shape))
        return _called(model, "generate", noise=noise.astype(np.float32))
    if not hasattr(model, "predict_noise"):
        raise TypeError(
            f"{type(model).__name__} predicts no noise: pass a CodeDiffusion, or a CodeGAN"
        )
    alpha_bar = np.append(1.0, model.alpha_bar)
    last = len(model.alpha_bar)
    steps = last if steps is None else steps
    if not 1 <= steps <= last:
        raise ValueError(f"steps must be from 1 to {last}, as the schedule has, got {steps}")
    if not 0 <= eta <= 1:
        raise ValueError(f"eta must lie in [0, 1], got {eta}")
    times = np.rint(np.linspace(last, 0, steps + 1)).astype(int)
    x = rng.standard_normal((n, model.latent_dim))
    for t, s in pairwise(times):
        now, then = alpha_bar[t], alpha_bar[s]
        noise = predict_noise(model, x, t)
        guess = (x - np.sqrt(1 - now) * noise) / np.sqrt(now)
        fresh = eta * np.sqrt((1 - then) / (1 - now) * (1 - now / then))
        kept = np.sqrt(max(1 - then - fresh**2, 0.0))
        x = np.sqrt(then) * guess + kept * noise + fresh * rng.standard_normal(x.shape)
    return x.astype(np.float32)


def predict_noise(model: Any, x: ArrayLike, t: int) -> NDArray[np.float64]:
    """Return the noise that a `CodeDiffusion` sees in vectors that are all at step t.

    Shapes: x (n, latent_dim) -> (n, latent_dim). Raises `TypeError` for a model that predicts none.
    """
    if not hasattr(model, "predict_noise"):
        raise TypeError(f"{type(model).__name__} predicts no noise: pass a CodeDiffusion")
    x = np.asarray(x, np.float32)
    times = np.full(len(x), t, np.int32)
    return _called(model, "predict_noise", x=x, t=times).astype(np.float64)


def _called(model: Any, method: str, **arrays: NDArray) -> NDArray[np.float32]:
    call, n = adapter_of(model).call, len(next(iter(arrays.values())))
    parts = [
        call(model, method, **{k: a[start : start + BATCH] for k, a in arrays.items()})
        for start in range(0, n, BATCH)
    ]
    return np.concatenate(parts)
