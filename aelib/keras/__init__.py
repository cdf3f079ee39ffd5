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

from aelib.keras.arrays import FACE
from aelib.keras.autoencoder import Autoencoder
from aelib.keras.fit import fit
from aelib.keras.losses import bernoulli_nll, kl_standard_normal, squared_error
from aelib.keras.nets import mlp_decoder, mlp_encoder
from aelib.keras.reparameterization import reparameterize
from aelib.keras.vae import VAE

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
