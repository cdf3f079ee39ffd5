"""The variational autoencoder: RMSprop at 1e-3, mean BCE + KL/784."""

import keras
import torch
from everyday import PIXELS, Family, TorchRecipe
from keras import layers, ops
from torch import Tensor, nn

import aelib.keras as aek
import aelib.torch as aet


class KerasSampling(layers.Layer):
    """Draw the code, and add the KL divergence, over some number of pixels, to the loss."""

    def __init__(self, pixels: int = PIXELS):
        super().__init__()
        self.pixels = pixels

    def call(self, parameters):
        mean, log_var = ops.split(parameters, 2, axis=-1)
        kl = 0.5 * ops.sum(ops.square(mean) + ops.exp(log_var) - 1 - log_var, axis=-1)
        self.add_loss(ops.mean(kl) / self.pixels)
        return mean + ops.exp(log_var / 2) * keras.random.normal(ops.shape(mean))


def torch_elbo(encoder: nn.Module, decoder: nn.Module, x: Tensor) -> Tensor:
    """Return the negative evidence bound of a batch, in nats per image, as a mean."""
    mean, log_var = encoder(x).chunk(2, dim=-1)
    kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(-1)
    logits = decoder(mean + (0.5 * log_var).exp() * torch.randn_like(mean))
    bce = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return (bce.sum((1, 2)) + kl).mean()


def keras_recipe() -> keras.Model:
    """Return 784-150-100-10 and back."""
    image = keras.Input((28, 28))
    code = KerasSampling()(aek.mlp_encoder(20, (150, 100), "gelu")(image))
    logits = aek.mlp_decoder(10, (100, 150), "gelu")(code)
    model = keras.Model(image, ops.sigmoid(logits))
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.RMSprop(1e-3))
    return model


def torch_recipe() -> TorchRecipe:
    """Return 784-150-100-10 and back."""
    encoder = aet.mlp_encoder(20, (150, 100), "gelu")
    nets = nn.ModuleList([encoder, aet.mlp_decoder(10, (100, 150), "gelu")])

    def losses(x: Tensor) -> tuple[Tensor, Tensor]:
        loss = torch_elbo(*nets, x) / PIXELS
        return loss, loss

    return TorchRecipe(nets, losses, torch.optim.RMSprop(nets.parameters(), 1e-3, alpha=0.9))


def course(twin):
    """Return the same model."""
    nets = twin.mlp_encoder(20, (150, 100), "gelu"), twin.mlp_decoder(10, (100, 150), "gelu")
    return twin.VAE(*nets, latent_dim=10), {"epochs": 20, "batch_size": 128, "clip_norm": 100}


FAMILY = Family("fashion_mnist", 50, 32, keras_recipe, torch_recipe, course)
