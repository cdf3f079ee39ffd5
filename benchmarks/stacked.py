"""The stacked autoencoder: Nadam at 1e-3, ReLU, against a one-cycle rate and GELU."""

import keras
import torch
from everyday import Family, TorchRecipe
from torch import Tensor, nn

import aelib.keras as aek
import aelib.torch as aet


def keras_recipe() -> keras.Model:
    """Return 784-100-30-100-784 with the mean squared error."""
    model = keras.Sequential(
        [aek.mlp_encoder(30, (100,), "relu"), aek.mlp_decoder(30, (100,), "relu")]
    )
    model.compile(loss="mse", optimizer=keras.optimizers.Nadam(1e-3))
    return model


def torch_recipe() -> TorchRecipe:
    """Return 784-100-30-100-784 with the mean squared error."""
    nets = nn.Sequential(aet.mlp_encoder(30, (100,), "relu"), aet.mlp_decoder(30, (100,), "relu"))

    def losses(x: Tensor) -> tuple[Tensor, Tensor]:
        error = nn.functional.mse_loss(nets(x), x)
        return error, error

    return TorchRecipe(nets, losses, torch.optim.NAdam(nets.parameters(), 1e-3))


def course(twin):
    """Return the same sizes with GELU."""
    nets = twin.mlp_encoder(30, (100,), "gelu"), twin.mlp_decoder(30, (100,), "gelu")
    how = {"epochs": 15, "batch_size": 128, "learning_rate": 5e-3}
    return twin.Autoencoder(*nets, latent_dim=30), how


FAMILY = Family("fashion_mnist", 20, 32, keras_recipe, torch_recipe, course)
