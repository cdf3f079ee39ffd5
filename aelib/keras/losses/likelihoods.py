"""What a probabilistic decoder's output means: the likelihood of the pixels, and their mean."""

from collections.abc import Callable
from dataclasses import dataclass

from keras import KerasTensor as Tensor
from keras import ops

from aelib.keras.losses.reconstruction import bernoulli_nll, gaussian_nll


@dataclass(frozen=True)
class Likelihood:
    """A distribution of x, whose parameters are the decoder's output.

    Attributes:
        nll: `nll(x, output)` gives -log p(x|z) of each example, in nats.
        mean: `mean(output)` gives the mean of p(x|z), pixel by pixel.
    """

    nll: Callable[[Tensor, Tensor], Tensor]
    mean: Callable[[Tensor], Tensor]


LIKELIHOODS = {
    "bernoulli": Likelihood(bernoulli_nll, ops.sigmoid),
    "gaussian": Likelihood(gaussian_nll, lambda output: output),
}
