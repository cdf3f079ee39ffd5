"""The convolutional autoencoder of a well-known book: Nadam at 1e-3, pooled codes."""

import keras
import torch
from everyday import Family, TorchRecipe
from keras import layers
from torch import Tensor, nn

EDGE = nn.ZeroPad2d((0, -1, 0, -1))  # PyTorch paints one row and one column more than Keras


def keras_recipe() -> keras.Model:
    """Return three poolings, codes from the mean of 30 channels, and back."""
    how = {"padding": "same", "activation": "relu"}
    stack = [keras.Input((28, 28)), layers.Reshape((28, 28, 1))]
    for channels in (16, 32, 64):
        stack += [layers.Conv2D(channels, 3, **how), layers.MaxPool2D(2)]
    stack += [layers.Conv2D(30, 3, **how), layers.GlobalAveragePooling2D()]
    stack += [layers.Dense(3 * 3 * 16), layers.Reshape((3, 3, 16))]
    stack += [layers.Conv2DTranspose(32, 3, 2, activation="relu")]
    stack += [layers.Conv2DTranspose(16, 3, 2, **how)]
    stack += [layers.Conv2DTranspose(1, 3, 2, padding="same"), layers.Reshape((28, 28))]
    model = keras.Sequential(stack)
    model.compile(loss="mse", optimizer=keras.optimizers.Nadam(1e-3))
    return model


def torch_recipe() -> TorchRecipe:
    """Return three poolings, codes from the mean of 30 channels, and back."""
    stack, inputs = [nn.Unflatten(1, (1, 28))], 1
    for channels in (16, 32, 64):
        stack += [nn.Conv2d(inputs, channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        inputs = channels
    stack += [nn.Conv2d(64, 30, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    stack += [nn.Linear(30, 16 * 3 * 3), nn.Unflatten(1, (16, 3, 3))]
    stack += [nn.ConvTranspose2d(16, 32, 3, 2), nn.ReLU()]
    stack += [nn.ConvTranspose2d(32, 16, 3, 2), EDGE, nn.ReLU()]
    stack += [nn.ConvTranspose2d(16, 1, 3, 2), EDGE, nn.Flatten(1, 2)]
    nets = nn.Sequential(*stack)

    def losses(x: Tensor) -> tuple[Tensor, Tensor]:
        error = nn.functional.mse_loss(nets(x), x)
        return error, error

    return TorchRecipe(nets, losses, torch.optim.NAdam(nets.parameters(), 1e-3))


def course(twin):
    """Return two strided convolutions, and a dense code of 30."""
    nets = twin.conv_encoder(30, (8, 16), ()), twin.conv_decoder(30, (16, 8), ())
    how = {"epochs": 3, "batch_size": 50, "learning_rate": 1e-2}
    return twin.Autoencoder(*nets, latent_dim=30), how


FAMILY = Family("fashion_mnist", 10, 32, keras_recipe, torch_recipe, course)
