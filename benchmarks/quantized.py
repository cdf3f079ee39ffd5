"""The vector-quantized autoencoder of keras.io: digits, 128 entries, gradients for the codebook."""

import keras
import torch
from everyday import Family, TorchRecipe
from keras import layers, ops
from torch import Tensor, nn

import aelib
import aelib.keras as aek

DATA = "mnist"
ENTRIES, WIDTH = 128, 16
COMMITMENT = 0.25


def variance() -> float:
    """Return the variance of the pixels, by which the recipe divides the error."""
    return float(aelib.load(DATA).train.x.var())


class KerasQuantizer(layers.Layer):
    """Put the nearest entry in the place of each vector, and add both errors to the loss."""

    def build(self, shape):
        self.codebook = self.add_weight((ENTRIES, WIDTH), keras.initializers.RandomUniform())

    def call(self, z):
        flat = ops.reshape(z, (-1, WIDTH))
        products = ops.matmul(flat, ops.transpose(self.codebook))
        nearest = ops.argmin(ops.sum(self.codebook**2, 1) - 2 * products, axis=1)
        q = ops.reshape(ops.take(self.codebook, nearest, axis=0), ops.shape(z))
        self.add_loss(COMMITMENT * ops.mean((z - ops.stop_gradient(q)) ** 2))
        self.add_loss(ops.mean((q - ops.stop_gradient(z)) ** 2))
        return z + ops.stop_gradient(q - z)


class TorchQuantizer(nn.Module):
    """Put the nearest entry in the place of each vector; return both errors, too."""

    def __init__(self):
        super().__init__()
        self.codebook = nn.Parameter(torch.rand(ENTRIES, WIDTH) * 0.1 - 0.05)

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        vectors = z.movedim(1, -1)
        flat = vectors.reshape(-1, WIDTH)
        nearest = torch.cdist(flat, self.codebook).argmin(1)
        q = self.codebook[nearest].view_as(vectors)
        errors = COMMITMENT * (vectors - q.detach()).square().mean()
        errors = errors + (q - vectors.detach()).square().mean()
        return (vectors + (q - vectors).detach()).movedim(-1, 1), errors


def keras_recipe() -> keras.Model:
    """Return convolutions with 32 and 64 channels, 7 x 7 tokens, and back."""
    how = {"strides": 2, "padding": "same", "activation": "relu"}
    stack = [keras.Input((28, 28)), layers.Reshape((28, 28, 1))]
    stack += [layers.Conv2D(channels, 3, **how) for channels in (32, 64)]
    stack += [layers.Conv2D(WIDTH, 1), KerasQuantizer()]
    stack += [layers.Conv2DTranspose(channels, 3, **how) for channels in (64, 32)]
    stack += [layers.Conv2DTranspose(1, 3, padding="same"), layers.Reshape((28, 28))]
    model, scale = keras.Sequential(stack), variance()
    model.compile(
        loss=lambda x, x_hat: ops.mean((x - x_hat) ** 2) / scale,
        optimizer=keras.optimizers.Adam(1e-3),
        metrics=["mse"],
    )
    return model


def torch_recipe() -> TorchRecipe:
    """Return convolutions with 32 and 64 channels, 7 x 7 tokens, and back."""
    encoder = nn.Sequential(
        *(nn.Unflatten(1, (1, 28)), nn.Conv2d(1, 32, 3, 2, padding=1), nn.ReLU()),
        *(nn.Conv2d(32, 64, 3, 2, padding=1), nn.ReLU(), nn.Conv2d(64, WIDTH, 1)),
    )
    decoder = nn.Sequential(
        *(nn.ConvTranspose2d(WIDTH, 64, 3, 2, padding=1, output_padding=1), nn.ReLU()),
        *(nn.ConvTranspose2d(64, 32, 3, 2, padding=1, output_padding=1), nn.ReLU()),
        *(nn.Conv2d(32, 1, 3, padding=1), nn.Flatten(1, 2)),
    )
    quantizer, scale = TorchQuantizer(), variance()
    nets = nn.ModuleList([encoder, quantizer, decoder])

    def losses(x: Tensor) -> tuple[Tensor, Tensor]:
        q, errors = quantizer(encoder(x))
        error = nn.functional.mse_loss(decoder(q), x)
        return error / scale + errors, error

    return TorchRecipe(nets, losses, torch.optim.Adam(nets.parameters(), 1e-3))


def keras_nets() -> list[keras.Model]:
    """Return convolutions with 16 and 32 channels, and back."""
    how = {"strides": 2, "padding": "same", "activation": "gelu"}
    encoder = [keras.Input((28, 28)), layers.Reshape((28, 28, 1))]
    encoder += [layers.Conv2D(channels, 4, **how) for channels in (16, 32)]
    decoder = [keras.Input((7, 7, WIDTH)), layers.Conv2D(32, 3, padding="same", activation="gelu")]
    decoder += [layers.Conv2DTranspose(16, 4, **how)]
    decoder += [layers.Conv2DTranspose(1, 4, 2, padding="same"), layers.Reshape((28, 28))]
    return [keras.Sequential([*encoder, layers.Conv2D(WIDTH, 1)]), keras.Sequential(decoder)]


def torch_nets() -> list[nn.Module]:
    """Return convolutions with 16 and 32 channels, and back."""
    encoder = nn.Sequential(
        *(nn.Unflatten(1, (1, 28)), nn.Conv2d(1, 16, 4, 2, padding=1), nn.GELU()),
        *(nn.Conv2d(16, 32, 4, 2, padding=1), nn.GELU(), nn.Conv2d(32, WIDTH, 1)),
    )
    decoder = nn.Sequential(
        *(nn.Conv2d(WIDTH, 32, 3, padding=1), nn.GELU()),
        *(nn.ConvTranspose2d(32, 16, 4, 2, padding=1), nn.GELU()),
        *(nn.ConvTranspose2d(16, 1, 4, 2, padding=1), nn.Flatten(1, 2)),
    )
    return [encoder, decoder]


def course(twin):
    """Return fewer channels, an entry as a moving average, and revival."""
    nets = keras_nets() if twin is aek else torch_nets()
    how = {"epochs": 6, "batch_size": 64, "learning_rate": 4e-3}
    return twin.VQVAE(*nets, grid=(7, 7), entries=ENTRIES, width=WIDTH), how


FAMILY = Family(
    DATA,
    30,
    128,
    keras_recipe,
    torch_recipe,
    course,
    watched="val_mse",
    judged="reconstruction",
)
