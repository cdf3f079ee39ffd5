"""Tied weights: a decoder that uses the matrices of the encoder, transposed."""

from collections.abc import Sequence
from itertools import dropwhile

from torch import Tensor, nn
from torch.nn import functional as F

from aelib.checks import check_can_be_mirrored
from aelib.torch.autoencoder import Autoencoder


class DenseTranspose(nn.Module):
    r"""Apply the transposed matrix of a dense layer, and a bias of its own.

    .. math:: y = z W^\top + c, \quad \text{where the dense layer gives } z = x W + b

    The matrix is the dense layer's own, not a copy: it is trained once, with the sum of the
    gradients of both uses. Biases are not tied.

    Args:
        dense: the layer whose matrix is used, from (batch, inputs) to (batch, units).

    Shapes: (batch, units) -> (batch, inputs).
    """

    def __init__(self, dense: nn.Linear):
        super().__init__()
        self.dense = dense
        self.bias = nn.Parameter(dense.weight.new_zeros(dense.in_features))

    def forward(self, z: Tensor) -> Tensor:
        """Return the outputs for z. Shapes: (batch, units) -> (batch, inputs)."""
        return F.linear(z, self.dense.weight.T, self.bias)


class TiedAutoencoder(Autoencoder):
    r"""Decode with the encoder's own matrices, transposed and in reverse order.

    .. math:: h_l = s(h_{l-1} W_l + b_l), \quad
        \hat h_{l-1} = s(\hat h_l W_l^\top + c_l), \quad \hat h_N = h_N = z, \quad \hat x = \hat h_0

    for layers l = 1, ..., N; h_0 is x, and the layers that give z and x have no activation s. The
    matrices are trained once, with the sum of the gradients of both uses; biases are not tied.

    Args:
        encoder: a sequence of dense layers and activations, as `mlp_encoder` makes it.
        latent_dim: how many numbers a code has.
        output_shape: the shape of one x.
        data_range: the closed range that x must lie in; None for any finite values.

    Attributes:
        decoder: made of a `DenseTranspose` for each dense layer of the encoder.

    Raises `ValueError` for an encoder with layers of another kind.
    """

    def __init__(
        self,
        encoder: nn.Sequential,
        latent_dim: int,
        output_shape: Sequence[int] = (28, 28),
        *,
        data_range: tuple[float, float] | None = (0.0, 1.0),
    ):
        super().__init__(encoder, _mirror(encoder, output_shape), latent_dim, data_range=data_range)


def _mirror(encoder: nn.Sequential, output_shape: Sequence[int]) -> nn.Sequential:
    layers = [layer for layer in encoder if not isinstance(layer, nn.Flatten)]
    other = [
        type(layer).__name__
        for layer in layers
        if not isinstance(layer, nn.Linear) and any(True for _ in layer.parameters())
    ]
    check_can_be_mirrored(other)
    # An activation of the code belongs to the code alone.
    back = dropwhile(lambda layer: not isinstance(layer, nn.Linear), reversed(layers))
    mirrored = [DenseTranspose(m) if isinstance(m, nn.Linear) else m for m in back]
    return nn.Sequential(*mirrored, nn.Unflatten(1, tuple(output_shape)))
