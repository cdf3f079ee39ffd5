"""The shapes of the priors that codes may be asked to have; both twins draw them from here.

Each has about the size of N(0, I): a ring's coordinates have variance 1, a roll's on average.
"""

import math

PRIORS = ("normal", "ring", "swiss_roll")

COMPONENTS = 10  # Gaussians on the ring
RING_SPREAD = 0.2  # the standard deviation of each
RING_RADIUS = math.sqrt(2 * (1 - RING_SPREAD**2))

ROLL_SPREAD = 0.15  # the standard deviation across the curve
# The curve is (t cos t, t sin t) with t uniform between these: one turn and a half.
ROLL_FROM, ROLL_TO = 1.5 * math.pi, 4.5 * math.pi
# Its mean, and the factor that gives its coordinates the variance 1 - ROLL_SPREAD^2 on average.
ROLL_CENTER = (2.0, 2 / (3 * math.pi))
_MEAN_SQUARE = (ROLL_FROM**2 + ROLL_FROM * ROLL_TO + ROLL_TO**2) / 3
ROLL_SCALE = math.sqrt(
    2 * (1 - ROLL_SPREAD**2) / (_MEAN_SQUARE - ROLL_CENTER[0] ** 2 - ROLL_CENTER[1] ** 2)
)
