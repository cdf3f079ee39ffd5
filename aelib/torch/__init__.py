"""The PyTorch twin: the same files, names, signatures and meanings as `aelib.keras`."""

try:
    import torch  # noqa: F401
except ImportError as error:
    raise ImportError(
        "aelib.torch needs PyTorch: install the extra torch, "
        "in a clone of the course with pip install -e '.[torch]'"
    ) from error

from aelib.torch.arrays import FACE
from aelib.torch.autoencoder import Autoencoder
from aelib.torch.fit import fit
from aelib.torch.losses import bernoulli_nll, kl_standard_normal, squared_error
from aelib.torch.nets import mlp_decoder, mlp_encoder
from aelib.torch.reparameterization import reparameterize
from aelib.torch.vae import VAE

__all__ = [
    "FACE",
    "VAE",
    "Autoencoder",
    "bernoulli_nll",
    "fit",
    "kl_standard_normal",
    "mlp_decoder",
    "mlp_encoder",
    "reparameterize",
    "squared_error",
]
