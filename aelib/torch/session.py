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


def device() -> torch.device:
    """Return the device that models train on."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def prepare(seed: int) -> None:
    """Seed initial weights, shuffling and noise, and have a GPU multiply in full float32."""
    torch.manual_seed(seed)
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False  # on by default, unlike for products
