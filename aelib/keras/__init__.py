"""The Keras twin: the same files, names, signatures and meanings as `aelib.torch`."""

from aelib.quiet import start_up_notes_hidden

try:
    with start_up_notes_hidden():
        import keras  # noqa: F401
except ImportError as error:
    raise ImportError(
        "aelib.keras needs Keras and TensorFlow: install the extra keras, "
        "in a clone of the course with pip install -e '.[keras]'"
    ) from error

from aelib.keras.adapter import ADAPTER
from aelib.keras.adversarial.adversarial import AdversarialAutoencoder
from aelib.keras.applications.unmixing import UnmixingAutoencoder
from aelib.keras.autoencoder import Autoencoder
from aelib.keras.discrete.vq import VQVAE
from aelib.keras.foundations.classifier import Classifier
from aelib.keras.foundations.sequence import SequenceAutoencoder
from aelib.keras.foundations.tied import DenseTranspose, TiedAutoencoder
from aelib.keras.losses.divergences import kl_of_codes, kl_standard_normal
from aelib.keras.losses.penalties import bernoulli_divergence, l1_norm, squared_jacobian
from aelib.keras.losses.reconstruction import (
    bernoulli_nll,
    gaussian_nll,
    spectral_angle,
    squared_error,
)
from aelib.keras.losses.reparameterization import reparameterize
from aelib.keras.modern.diffusion import CodeDiffusion
from aelib.keras.modern.gan import CodeGAN
from aelib.keras.nets.conv import conv_decoder, conv_encoder
from aelib.keras.nets.corruption import (
    Corruption,
    DropoutNoise,
    GaussianNoise,
    MaskingNoise,
    SaltAndPepperNoise,
)
from aelib.keras.nets.mlp import mlp_decoder, mlp_encoder
from aelib.keras.nets.recurrent import recurrent_decoder, recurrent_encoder
from aelib.keras.nets.selection import TopK, WinnerTakeAll
from aelib.keras.noise import Noisy
from aelib.keras.regularized.contractive import ContractiveAutoencoder
from aelib.keras.regularized.denoising import DenoisingAutoencoder
from aelib.keras.regularized.hashing import HashingAutoencoder
from aelib.keras.regularized.sparse import SparseAutoencoder
from aelib.keras.regularized.topk import TopKAutoencoder, WinnerTakeAllAutoencoder
from aelib.keras.trainable import Trainable
from aelib.keras.training.autodiff import gradient, jvp, vjp
from aelib.keras.training.fit import fit
from aelib.keras.variational.capacity import CapacityVAE
from aelib.keras.variational.conditional import ConditionalVAE
from aelib.keras.variational.free_bits import FreeBitsVAE
from aelib.keras.variational.linear_vae import LinearVAE
from aelib.keras.variational.sigma import SigmaVAE
from aelib.keras.variational.vae import VAE

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
