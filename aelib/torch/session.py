"""PyTorch's version, seed and device."""

import torch


def version() -> str:
    """Return the framework's version, without the build tag."""
    return torch.__version__.split("+")[0]


def accelerator() -> str | None:
    """Return the name of the accelerator that models train on, or None where there is none."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    if torch.backends.mps.is_available():
        return "Apple GPU (mps)"
    return None


def seed(number: int) -> None:
    """Seed the framework's random numbers: initial weights, shuffling, noise."""
    torch.manual_seed(number)


def device() -> torch.device:
    """Return the device that `fit` moves models and data to."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
