"""Waves of varying length: sequences whose period, phase and amplitude are known."""

from itertools import pairwise

import numpy as np

from aelib.data.dataset import Dataset, Sequences

STEPS = 32
LENGTHS = (16, STEPS)  # both included
PERIODS = (6.0, 16.0)  # in steps, so that each sequence holds a whole period
AMPLITUDES = (0.5, 1.5)
NOISE = 0.05  # standard deviation
SIZES = (8000, 1000, 1000)
SEED = 0


def waves() -> Dataset:
    r"""Return 10,000 noisy sines of 16 to 32 steps, padded with zeros to 32.

    .. math:: x_t = a \sin(2 \pi t / T + \varphi) + \varepsilon_t, \quad
              \varepsilon_t \sim N(0, 0.05^2), \quad t = 0, 1, \dots, n - 1

    The factors are independent and uniform: `period` T from 6 to 16 steps, `phase` from 0 to 2 pi,
    `amplitude` a from 0.5 to 1.5, `length` n. Each part is a `Sequences`, x of shape (n, 32, 1);
    y is the quarter (0 to 3) of the range of periods. The values are not pixels: a model of them
    takes `data_range=None`. Parts: 8,000 train, 1,000 valid, 1,000 test.
    """
    rng = np.random.default_rng(SEED)
    count = sum(SIZES)
    period, phase, amplitude = (
        rng.uniform(low, high, count) for low, high in (PERIODS, (0.0, 2 * np.pi), AMPLITUDES)
    )
    length = rng.integers(*LENGTHS, count, endpoint=True)
    time = np.arange(STEPS)
    angle = 2 * np.pi * time / period[:, None] + phase[:, None]
    values = amplitude[:, None] * np.sin(angle) + rng.normal(scale=NOISE, size=angle.shape)
    mask = (time < length[:, None]).astype(np.float32)
    x = (values * mask)[..., None].astype(np.float32)
    edges = np.linspace(*PERIODS, 5)
    quarter = np.digitize(period, edges[1:-1]).astype(np.int64)
    factors = {"period": period, "phase": phase, "amplitude": amplitude, "length": length}

    def part(first: int, last: int) -> Sequences:
        here = slice(first, last)
        own = {name: values[here] for name, values in factors.items()}
        return Sequences(x[here], quarter[here], mask[here], own)

    cuts = np.cumsum((0, *SIZES)).tolist()
    train, valid, test = (part(*pair) for pair in pairwise(cuts))
    names = tuple(f"period {a:g} to {b:g}" for a, b in pairwise(edges))
    return Dataset("waves", train, valid, test, names)
