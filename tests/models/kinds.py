"""Every type of model, small, and how the tests make one."""

import importlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np

from aelib.bridge import adapter_of

SHAPE = (6, 6)
LATENT_DIM = 3
CLASSES = 3


def from_dense_networks(encoder_width: int = 1, **fixed: Any) -> Callable[..., Any]:
    """Return a builder of models with an encoder and a decoder of dense layers.

    `encoder_width` is how many numbers the encoder gives for one of the code.
    """

    def build(twin, name, hidden=(12,), shape=SHAPE, **options):
        encoder = twin.mlp_encoder(encoder_width * LATENT_DIM, hidden, "gelu", input_shape=shape)
        decoder = twin.mlp_decoder(LATENT_DIM, hidden, "gelu", output_shape=shape)
        return getattr(twin, name)(encoder, decoder, LATENT_DIM, **fixed, **options)

    return build


@dataclass(frozen=True)
class Kind:
    """What the contract suite has to know of a type.

    Attributes:
        terms: the names of its terms, in the order of its players.
        losses: the names of its losses, one for each player.
        build: `build(twin, name, **options)` makes one, for images of shape `SHAPE`.
        given: from a part of a data set, the further inputs of the model by name.
        options: arguments that a saved file has to keep, with values other than the defaults.
        diverges_at: a rate at which gradient descent overflows; an angle has no large gradient.
        reference: -> tests/models/references.py, the loss once more, from arrays of weights.
    """

    terms: tuple[str, ...]
    losses: tuple[str, ...] = ("loss",)
    build: Callable[..., Any] = field(default_factory=from_dense_networks)
    given: Callable[[Any], Mapping[str, np.ndarray]] = lambda split: {}
    options: Mapping[str, Any] = field(default_factory=dict)
    diverges_at: float = 1e6


def adversarial(twin, name, hidden=(12,), shape=SHAPE, **options):
    encoder = twin.mlp_encoder(LATENT_DIM, hidden, "gelu", input_shape=shape)
    decoder = twin.mlp_decoder(LATENT_DIM, hidden, "gelu", output_shape=shape)
    discriminator = twin.mlp_encoder(1, hidden, "gelu", input_shape=(LATENT_DIM,))
    return getattr(twin, name)(encoder, decoder, discriminator, LATENT_DIM, **options)


def conditional(twin, name, hidden=(12,), shape=SHAPE, **options):
    pixels = math.prod(shape)
    encoder = twin.mlp_encoder(2 * LATENT_DIM, hidden, "gelu", input_shape=(pixels + CLASSES,))
    decoder = twin.mlp_decoder(LATENT_DIM + CLASSES, hidden, "gelu", output_shape=shape)
    return getattr(twin, name)(encoder, decoder, LATENT_DIM, CLASSES, **options)


def linear(twin, name, hidden=(), shape=SHAPE, **options):
    return getattr(twin, name)(LATENT_DIM, shape, **options)


def vector_quantized(twin, name, hidden=(4,), shape=SHAPE, **options):
    """Convolutions from 6 x 6 pixels to a grid of 3 x 3 vectors, and back."""
    channels, width = hidden[0], 2
    if twin.__name__ == "aelib.keras":
        keras = importlib.import_module("keras")
        layers, how = keras.layers, {"strides": 2, "padding": "same"}
        first = layers.Conv2D(channels, 4, activation="tanh", **how)
        encoder = [keras.Input(shape), layers.Reshape((*shape, 1)), first, layers.Conv2D(width, 1)]
        back = layers.Conv2DTranspose(1, 4, **how)
        grid = tuple(side // 2 for side in shape)
        decoder = [keras.Input((*grid, width)), back, layers.Reshape(shape)]
        nets = keras.Sequential(encoder), keras.Sequential(decoder)
    else:
        nn = importlib.import_module("torch.nn")
        first = nn.Conv2d(1, channels, 4, 2, 1)
        grid = tuple(side // 2 for side in shape)
        nets = (
            nn.Sequential(
                nn.Unflatten(1, (1, shape[0])), first, nn.Tanh(), nn.Conv2d(channels, width, 1)
            ),
            nn.Sequential(nn.ConvTranspose2d(width, 1, 4, 2, 1), nn.Flatten(1, 2)),
        )
    return getattr(twin, name)(*nets, grid, 5, width, **options)


def sequence(twin, name, hidden=(5,), shape=SHAPE, **options):
    """Rows of an image as the steps of a sequence; a recurrent decoder would take twice as long."""
    encoder = twin.recurrent_encoder(LATENT_DIM, hidden[0], input_shape=shape)
    decoder = twin.mlp_decoder(LATENT_DIM, hidden, "gelu", output_shape=shape)
    return getattr(twin, name)(encoder, decoder, LATENT_DIM, **options)


def tied(twin, name, hidden=(12,), shape=SHAPE, **options):
    encoder = twin.mlp_encoder(LATENT_DIM, hidden, "gelu", input_shape=shape)
    return getattr(twin, name)(encoder, LATENT_DIM, shape, **options)


def unmixing(twin, name, hidden=(12,), shape=SHAPE, **options):
    encoder = twin.mlp_encoder(LATENT_DIM, hidden, "gelu", input_shape=shape)
    return getattr(twin, name)(encoder, LATENT_DIM, shape, **options)


def denoising(twin, name, hidden=(12,), shape=SHAPE, **options):
    build = from_dense_networks(corruption=twin.GaussianNoise(0.2))
    return build(twin, name, hidden, shape, **options)


def with_a_target(twin, name, hidden=(12,), shape=SHAPE, capacity=0.0, **options):
    """With a target that grows, the loss of an untrained model does, too."""
    build = from_dense_networks(encoder_width=2)
    return build(twin, name, hidden, shape, capacity=capacity, **options)


VARIATIONAL = {"beta": 0.25, "likelihood": "gaussian", "data_range": (-1.0, 2.0)}

# A new type is one entry here, and one in references.py.
KINDS = {
    "Autoencoder": Kind(("reconstruction",), options={"data_range": (-1.0, 2.0)}),
    "VAE": Kind(
        ("reconstruction", "kl"), build=from_dense_networks(encoder_width=2), options=VARIATIONAL
    ),
    "ConditionalVAE": Kind(
        ("reconstruction", "kl"),
        build=conditional,
        given=lambda split: {"y": split.y},
        options=VARIATIONAL,
    ),
    "SigmaVAE": Kind(
        ("reconstruction", "kl"),
        build=from_dense_networks(encoder_width=2),
        options={"beta": 0.25, "sigma": 0.5, "data_range": (-1.0, 2.0)},
    ),
    "FreeBitsVAE": Kind(
        ("reconstruction", "kl", "floor"),
        build=from_dense_networks(encoder_width=2),
        options={**VARIATIONAL, "free": 0.3},
    ),
    "CapacityVAE": Kind(
        ("reconstruction", "kl", "distance"),
        build=with_a_target,
        options={
            "capacity": 2.0,
            "weight": 3.0,
            "ramp": 0.25,
            "likelihood": "gaussian",
            "data_range": (-1.0, 2.0),
        },
    ),
    "LinearVAE": Kind(
        ("reconstruction", "kl"),
        build=linear,
        options={"beta": 0.25, "sigma": 0.5, "data_range": (-1.0, 2.0)},
    ),
    "AdversarialAutoencoder": Kind(
        ("reconstruction", "prior_as_code", "code_as_prior", "code_as_code"),
        ("loss", "discriminator loss", "encoder loss"),
        build=adversarial,
        options={"data_range": (-1.0, 2.0)},
    ),
    "DenoisingAutoencoder": Kind(
        ("reconstruction",), build=denoising, options={"data_range": (-1.0, 2.0)}
    ),
    "SparseAutoencoder": Kind(
        ("reconstruction", "sparsity"),
        options={"penalty": "kl", "weight": 0.3, "target": 0.2, "decay": 0.9},
    ),
    "TopKAutoencoder": Kind(
        ("reconstruction", "dead"),
        build=from_dense_networks(k=2),
        options={"revival": 0.5, "k_aux": 2, "dead_after": 7},
    ),
    "WinnerTakeAllAutoencoder": Kind(
        ("reconstruction",), build=from_dense_networks(share=0.3), options={"data_range": None}
    ),
    "ContractiveAutoencoder": Kind(
        ("reconstruction", "contraction"), options={"weight": 0.5, "probes": 2}
    ),
    "HashingAutoencoder": Kind(("reconstruction",), options={"sigma": 2.0}),
    "SequenceAutoencoder": Kind(
        ("reconstruction",),
        build=sequence,
        given=lambda split: {"mask": split.mask},
        options={"data_range": (-1.0, 2.0)},
    ),
    "TiedAutoencoder": Kind(("reconstruction",), build=tied, options={"data_range": (-1.0, 2.0)}),
    "UnmixingAutoencoder": Kind(
        ("reconstruction", "spread"),
        build=unmixing,
        diverges_at=1e30,
        options={"spread": 0.2, "error": "squared", "data_range": (-1.0, 2.0)},
    ),
    "VQVAE": Kind(
        ("reconstruction", "commitment", "perplexity"),
        build=vector_quantized,
        options={"commitment": 0.5, "decay": 0.9, "start": 0.5, "revive_below": None},
    ),
}


def noise_by_name(name, shape, kind="normal"):
    """Return noise that is the same for every example, and depends on its name."""
    rng = np.random.default_rng(crc32(name.encode()))
    return {"normal": rng.standard_normal, "uniform": rng.random}[kind]((1, *shape[1:]))


def fix_noise(model, framework):
    """Have a model, and every layer in it, draw `noise_by_name`, also in a compiled step."""
    for module in adapter_of(model).modules(model):
        if hasattr(module, "noise"):
            module.noise = lambda *args, **kwargs: framework.tensor(noise_by_name(*args, **kwargs))
