"""The loss of every type once more, in double precision, from arrays of weights alone.

Independent of the library: nothing here imports it. `weights` are the arrays in the neutral layout,
as tensors, layer by layer; `draw(name, shape)` gives the noise that the model is given as well.
"""

import math

import torch
from torch.distributions import Bernoulli, Normal, kl_divergence


def dense(layers, x):
    """Return the output of dense layers with GELU between them."""
    for index, layer in enumerate(layers):
        x = x @ layer["kernel"] + layer["bias"]
        if index < len(layers) - 1:
            x = 0.5 * x * (1 + torch.erf(x / math.sqrt(2)))
    return x


def halves(weights):
    """Return the layers of the encoder and those of the decoder; the first entry is the model's."""
    layers = weights[1:]
    return layers[: len(layers) // 2], layers[len(layers) // 2 :]


def autoencoder(weights, batch, draw):
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    return ((x - dense(decoder, dense(encoder, x))) ** 2).sum(1).mean()


def vae(weights, batch, draw):
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    mean, log_var = dense(encoder, x).chunk(2, dim=1)
    posterior = Normal(mean, torch.exp(log_var / 2))
    z = mean + torch.exp(log_var / 2) * draw("z", mean.shape)
    pixels = Bernoulli(logits=dense(decoder, z), validate_args=False)
    kl = kl_divergence(posterior, Normal(torch.zeros_like(mean), torch.ones_like(mean)))
    return (kl.sum(1) - pixels.log_prob(x).sum(1)).mean()


REFERENCES = {"Autoencoder": autoencoder, "VAE": vae}
