"""Keras's version, seed and device."""

import contextlib
import importlib

import keras


def version() -> str:
    """Return the versions of Keras and of its backend."""
    backend = importlib.import_module(keras.backend.backend())
    return f"{keras.__version__} ({backend.__name__} {backend.__version__.split('+')[0]})"


def accelerator() -> str | None:
    """Return the name of the accelerator that models train on, or None where there is none."""
    if keras.backend.backend() != "tensorflow":
        return None
    import tensorflow as tf  # noqa: PLC0415  (only the TensorFlow backend has it for certain)

    gpus = tf.config.list_physical_devices("GPU")
    # Otherwise the first model takes the whole memory, and PyTorch finds none. Once TensorFlow has
    # used a GPU it refuses the setting: then it is too late, and nothing else is wrong.
    with contextlib.suppress(RuntimeError):
        for gpu in gpus:
            tf.config.experimental.set_memory_growth(gpu, True)
    return tf.config.experimental.get_device_details(gpus[0])["device_name"] if gpus else None


def seed(number: int) -> None:
    """Seed the framework's random numbers: initial weights, shuffling, noise."""
    keras.utils.set_random_seed(number)


def device() -> str:
    """Return the device that models are placed on, as `keras.device` takes it."""
    return "gpu:0" if accelerator() else "cpu:0"
