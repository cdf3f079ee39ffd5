"""The PyTorch twin: the same files, names, signatures and meanings as `aelib.keras`."""

try:
    import torch  # noqa: F401
except ImportError as error:
    raise ImportError(
        "aelib.torch needs PyTorch: install the extra torch, "
        "in a clone of the course with pip install -e '.[torch]'"
    ) from error

from aelib.torch.adapter import ADAPTER
from aelib.torch.adversarial.adversarial import AdversarialAutoencoder
from aelib.torch.applications.unmixing import UnmixingAutoencoder
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.discrete.vq import VQVAE
from aelib.torch.foundations.classifier import Classifier
from aelib.torch.foundations.sequence import SequenceAutoencoder
from aelib.torch.foundations.tied import DenseTranspose, TiedAutoencoder
from aelib.torch.losses.divergences import kl_of_codes, kl_standard_normal
from aelib.torch.losses.penalties import bernoulli_divergence, l1_norm, squared_jacobian
from aelib.torch.losses.reconstruction import (
    bernoulli_nll,
    gaussian_nll,
    spectral_angle,
    squared_error,
)
from aelib.torch.losses.reparameterization import reparameterize
from aelib.torch.modern.diffusion import CodeDiffusion
from aelib.torch.modern.gan import CodeGAN
from aelib.torch.nets.conv import conv_decoder, conv_encoder
from aelib.torch.nets.corruption import (
    Corruption,
    DropoutNoise,
    GaussianNoise,
    MaskingNoise,
    SaltAndPepperNoise,
)
from aelib.torch.nets.mlp import mlp_decoder, mlp_encoder
from aelib.torch.nets.recurrent import recurrent_decoder, recurrent_encoder
from aelib.torch.nets.selection import TopK, WinnerTakeAll
from aelib.torch.noise import Noisy
from aelib.torch.regularized.contractive import ContractiveAutoencoder
from aelib.torch.regularized.denoising import DenoisingAutoencoder
from aelib.torch.regularized.hashing import HashingAutoencoder
from aelib.torch.regularized.sparse import SparseAutoencoder
from aelib.torch.regularized.topk import TopKAutoencoder, WinnerTakeAllAutoencoder
from aelib.torch.trainable import Trainable
from aelib.torch.training.autodiff import gradient, jvp, vjp
from aelib.torch.training.fit import fit
from aelib.torch.variational.capacity import CapacityVAE
from aelib.torch.variational.conditional import ConditionalVAE
from aelib.torch.variational.free_bits import FreeBitsVAE
from aelib.torch.variational.linear_vae import LinearVAE
from aelib.torch.variational.sigma import SigmaVAE
from aelib.torch.variational.vae import VAE

__all__ = [
    "ADAPTER",
    "VAE",
    "VQVAE",
    "AdversarialAutoencoder",
    "Autoencoder",
    "CapacityVAE",
    "Classifier",
    "CodeDiffusion",
    "CodeGAN",
    "ConditionalVAE",
    "ContractiveAutoencoder",
    "Corruption",
    "DenoisingAutoencoder",
    "DenseTranspose",
    "DropoutNoise",
    "FreeBitsVAE",
    "GaussianNoise",
    "HashingAutoencoder",
    "LinearVAE",
    "MaskingNoise",
    "Noisy",
    "SaltAndPepperNoise",
    "SequenceAutoencoder",
    "SigmaVAE",
    "SparseAutoencoder",
    "TiedAutoencoder",
    "TopK",
    "TopKAutoencoder",
    "Trainable",
    "UnmixingAutoencoder",
    "WinnerTakeAll",
    "WinnerTakeAllAutoencoder",
    "bernoulli_divergence",
    "bernoulli_nll",
    "conv_decoder",
    "conv_encoder",
    "fit",
    "gaussian_nll",
    "gradient",
    "jvp",
    "kl_of_codes",
    "kl_standard_normal",
    "l1_norm",
    "mlp_decoder",
    "mlp_encoder",
    "recurrent_decoder",
    "recurrent_encoder",
    "reparameterize",
    "spectral_angle",
    "squared_error",
    "squared_jacobian",
    "vjp",
]
