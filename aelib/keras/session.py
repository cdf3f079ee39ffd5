"""Keras's version, seed and device."""

import contextlib
import importlib
from typing import Any

import keras

from aelib.quiet import start_up_notes_hidden


def version() -> str:
    """Return the versions of Keras and of its backend."""
    backend = importlib.import_module(keras.backend.backend())
    return f"{keras.__version__} ({backend.__name__} {backend.__version__.split('+')[0]})"


def accelerator() -> str | None:
    """Return the name of the accelerator that models train on, or None where there is none."""
    tf = _tensorflow()
    with start_up_notes_hidden():  # a machine without a GPU is no error
        gpus = tf.config.list_physical_devices("GPU") if tf else []
    return tf.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else None


def prepare(seed: int) -> None:
    """Seed initial weights, shuffling and noise; have a GPU multiply in full float32.

    And have TensorFlow take the memory of a GPU as it needs it.
    """
    keras.utils.set_random_seed(seed)
    if tf := _tensorflow():
        # Otherwise the first model takes the whole memory, and PyTorch finds none. Once TensorFlow
        # has used a GPU it refuses the setting: then it is too late, and nothing else is wrong.
        with contextlib.suppress(RuntimeError):
            for gpu in tf.config.list_physical_devices("GPU"):
                tf.config.experimental.set_memory_growth(gpu, True)
        # By default it rounds the factors of a product to 10 bits (TF32), and PyTorch does not.
        tf.config.experimental.enable_tensor_float_32_execution(False)


def _tensorflow() -> Any:
    """Return TensorFlow where it is what computes, else None."""
    if keras.backend.backend() != "tensorflow":
        return None
    return importlib.import_module("tensorflow")
