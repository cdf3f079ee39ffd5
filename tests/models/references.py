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


def denoising(weights, batch, draw):
    """The strength of the corruption is the last entry."""
    encoder, decoder = halves(weights[:-1])
    x = batch["x"].flatten(1)
    noisy = x + weights[-1]["strength"].detach() * draw("corruption", batch["x"].shape).flatten(1)
    return ((x - dense(decoder, dense(encoder, noisy))) ** 2).sum(1).mean()


def sparse(weights, batch, draw):
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    z = dense(encoder, x)
    return ((x - dense(decoder, z)) ** 2).sum(1).mean() + 0.1 * z.abs().sum(1).mean()


def top_k(weights, batch, draw):
    """All but the smallest of three."""
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    z = dense(encoder, x)
    z = torch.where(z > z.min(1, keepdim=True).values, z, 0.0)
    return ((x - dense(decoder, z)) ** 2).sum(1).mean()


def winner_take_all(weights, batch, draw):
    """For each unit its largest values, of 0.3 of the examples."""
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    z = dense(encoder, x)
    lowest = z.sort(0, descending=True).values[math.ceil(0.3 * len(z)) - 1]
    return ((x - dense(decoder, torch.where(z >= lowest, z, 0.0))) ** 2).sum(1).mean()


def contractive(weights, batch, draw):
    """With the whole Jacobian."""
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    error = ((x - dense(decoder, dense(encoder, x))) ** 2).sum(1).mean()
    whole = torch.func.jacrev(lambda t: dense(encoder, t).sum(0))(x)  # (codes, batch, pixels)
    return error + 0.1 * (whole**2).sum((0, 2)).mean()


def hashing(weights, batch, draw):
    *networks, channel = weights
    encoder, decoder = halves(networks)
    x = batch["x"].flatten(1)
    logits = dense(encoder, x)
    z = torch.sigmoid(logits + channel["strength"].detach() * draw("corruption", logits.shape))
    return ((x - dense(decoder, z)) ** 2).sum(1).mean()


def gru(layer, steps, mask):
    """Return the states after each step; where the mask is 0 the state stays. Cho et al. (2014)."""
    units = len(layer["recurrent_kernel"])
    state, states = torch.zeros(len(steps), units, dtype=steps.dtype), []
    for x, real in zip(steps.unbind(1), mask.unbind(1), strict=True):
        own, past = layer["bias"]
        given = (x @ layer["kernel"] + own).split(units, dim=1)
        kept = (state @ layer["recurrent_kernel"] + past).split(units, dim=1)
        update, reset = (torch.sigmoid(a + b) for a, b in zip(given[:2], kept[:2], strict=True))
        candidate = torch.tanh(given[2] + reset * kept[2])
        new = update * state + (1 - update) * candidate
        state = real[:, None] * new + (1 - real[:, None]) * state
        states.append(state)
    return torch.stack(states, dim=1)


def sequence(weights, batch, draw):
    _, reads, to_code, *decoder = weights
    x, mask = batch["x"], batch["mask"]
    z = gru(reads, x, mask)[:, -1] @ to_code["kernel"] + to_code["bias"]
    x_hat = dense(decoder, z).unflatten(1, x.shape[1:])
    return ((x - x_hat) ** 2 * mask[..., None]).sum((1, 2)).mean()


def tied(weights, batch, draw):
    """The decoder has biases of its own, and the matrices of the encoder."""
    encoder, biases = halves(weights)
    kernels = [layer["kernel"].T for layer in encoder[::-1]]
    decoder = [{"kernel": w, **layer} for w, layer in zip(kernels, biases, strict=True)]
    x = batch["x"].flatten(1)
    return ((x - dense(decoder, dense(encoder, x))) ** 2).sum(1).mean()


def nll_and_kl(parameters, decode, x, draw):
    """Return the two, for the outputs of an encoder, and with logits as a function of z."""
    mean, log_var = parameters.chunk(2, dim=1)
    posterior = Normal(mean, torch.exp(log_var / 2))
    z = mean + torch.exp(log_var / 2) * draw("z", mean.shape)
    pixels = Bernoulli(logits=decode(z), validate_args=False)
    kl = kl_divergence(posterior, Normal(torch.zeros_like(mean), torch.ones_like(mean)))
    return -pixels.log_prob(x).sum(1), kl


def parts_of_vae(weights, batch, draw):
    """Return -log p(x|z) of each example, and KL of each number of its code."""
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    return nll_and_kl(dense(encoder, x), lambda z: dense(decoder, z), x, draw)


def vae(weights, batch, draw):
    nll, kl = parts_of_vae(weights, batch, draw)
    return (nll + kl.sum(1)).mean()


def free_bits_vae(weights, batch, draw):
    """A tenth of a nat of each code is free, by the mean over the batch."""
    nll, kl = parts_of_vae(weights, batch, draw)
    return nll.mean() + sum(max(0.1, code) for code in kl.mean(0))


def capacity_vae(weights, batch, draw):
    """A model that was never trained has progress 0, and the target of 0 nats."""
    nll, kl = parts_of_vae(weights, batch, draw)
    return nll.mean() + 10 * kl.sum(1).mean().abs()


def sigma_vae(weights, batch, draw):
    """The logarithm of the noise of the pixels is on the model."""
    encoder, decoder = halves(weights)
    x = batch["x"].flatten(1)
    mean, log_var = dense(encoder, x).chunk(2, dim=1)
    posterior = Normal(mean, torch.exp(log_var / 2))
    z = mean + torch.exp(log_var / 2) * draw("z", mean.shape)
    pixels = Normal(dense(decoder, z), torch.exp(weights[0]["log_sigma"]))
    kl = kl_divergence(posterior, Normal(torch.zeros_like(mean), torch.ones_like(mean)))
    return (kl.sum(1) - pixels.log_prob(x).sum(1)).mean()


def linear_vae(weights, batch, draw):
    """With the whole covariance of x given the encoder's mean, W diag(sigma^2) W^T."""
    own, encoder, decoder = weights
    x = batch["x"].flatten(1)
    mean, w = x @ encoder["kernel"] + encoder["bias"], decoder["kernel"].T
    variance = own["log_sigma"].exp() ** 2
    spread = torch.trace(w @ torch.diag(own["log_var"].exp()) @ w.T)
    off = ((x - mean @ w.T - decoder["bias"]) ** 2).sum(1)
    pixels = x.shape[1] * torch.log(2 * math.pi * variance)
    posterior = Normal(mean, torch.exp(own["log_var"] / 2).expand_as(mean))
    kl = kl_divergence(posterior, Normal(torch.zeros_like(mean), torch.ones_like(mean)))
    return (0.5 * ((off + spread) / variance + pixels) + kl.sum(1)).mean()


def conditional_vae(weights, batch, draw):
    encoder, decoder = halves(weights)
    x, label = batch["x"].flatten(1), torch.eye(3, dtype=torch.float64)[batch["y"]]
    parameters = dense(encoder, torch.hstack([x, label]))
    decode = lambda z: dense(decoder, torch.hstack([z, label]))  # noqa: E731
    nll, kl = nll_and_kl(parameters, decode, x, draw)
    return (nll + kl.sum(1)).mean()


def adversarial(weights, batch, draw):
    """Cross-entropies from probabilities, in double precision; 1 stands for a draw of the prior."""
    encoder, decoder, discriminator = weights[1:3], weights[3:5], weights[5:7]
    x = batch["x"].flatten(1)
    z = dense(encoder, x)
    judge = lambda codes: torch.sigmoid(dense(discriminator, codes))  # noqa: E731
    prior = draw("prior", (len(x), z.shape[1])).expand_as(z)
    return {
        "autoencoder": ((x - dense(decoder, z)) ** 2).sum(1).mean(),
        "discriminator": -torch.log(judge(prior)).mean() - torch.log(1 - judge(z)).mean(),
        "encoder": -torch.log(judge(z)).mean(),
    }


def vector_quantized(weights, batch, draw):
    """By brute force, with the gradient of the decoder passed straight to the encoder."""
    own, first, second, back = weights
    convolve, transpose = torch.nn.functional.conv2d, torch.nn.functional.conv_transpose2d
    x = batch["x"][:, None]
    hidden = torch.tanh(convolve(x, first["kernel"].permute(3, 2, 0, 1), first["bias"], 2, 1))
    z = convolve(hidden, second["kernel"].permute(3, 2, 0, 1), second["bias"]).permute(0, 2, 3, 1)
    tokens = torch.cdist(z.flatten(0, 2), own["codebook"]).argmin(1).view(z.shape[:-1])
    q = own["codebook"].detach()[tokens]
    passed = (z + (q - z).detach()).permute(0, 3, 1, 2)
    x_hat = transpose(passed, back["kernel"].permute(3, 2, 0, 1), back["bias"], 2, 1)
    return ((x - x_hat) ** 2).sum((1, 2, 3)).mean() + 0.25 * ((z - q) ** 2).sum((1, 2, 3)).mean()


def unmixing(weights, batch, draw):
    """By the cosines."""
    _, *encoder, mix = weights
    x, spectra = batch["x"].flatten(1), mix["kernel"]
    angle = lambda a, b: torch.arccos((a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)))  # noqa: E731
    shares = dense(encoder, x).exp()
    x_hat = shares / shares.sum(1, keepdim=True) @ spectra
    pairs = angle(spectra[[0, 0, 1]], spectra[[1, 2, 2]])
    return angle(x, x_hat).mean() + 0.03 * pairs.mean()


# Of a type with one player its loss, of one with several the loss of each by name.
REFERENCES = {
    "Autoencoder": autoencoder,
    "VAE": vae,
    "SigmaVAE": sigma_vae,
    "FreeBitsVAE": free_bits_vae,
    "CapacityVAE": capacity_vae,
    "LinearVAE": linear_vae,
    "ConditionalVAE": conditional_vae,
    "AdversarialAutoencoder": adversarial,
    "DenoisingAutoencoder": denoising,
    "SparseAutoencoder": sparse,
    "TopKAutoencoder": top_k,
    "WinnerTakeAllAutoencoder": winner_take_all,
    "ContractiveAutoencoder": contractive,
    "HashingAutoencoder": hashing,
    "SequenceAutoencoder": sequence,
    "TiedAutoencoder": tied,
    "UnmixingAutoencoder": unmixing,
    "VQVAE": vector_quantized,
}
