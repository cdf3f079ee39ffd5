"""The lab bench: which profile runs, on which device, from which seed."""

import importlib
import os
import sys
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np

from aelib.style import STYLE

PROFILES = ("quick", "cpu", "gpu")
TWINS = {"Keras": "aelib.keras", "PyTorch": "aelib.torch"}


@dataclass(frozen=True)
class Lab:
    """What `start` found: the profile, the seed, and each framework's version and device."""

    profile: str
    seed: int
    frameworks: dict[str, str]

    def __str__(self) -> str:
        names = "; ".join(f"{name} {where}" for name, where in self.frameworks.items())
        return f"profile    {self.profile}\nseed       {self.seed}\nframeworks {names}"


def profile() -> str:
    """Return the profile in force: `quick`, `cpu` or `gpu`.

    The environment variable `AELIB_PROFILE` decides; without it the answer is `gpu` where a
    framework that is already imported sees an accelerator, else `cpu`.

    Raises `ValueError` for an unknown profile.
    """
    chosen = os.environ.get("AELIB_PROFILE")
    if chosen is None:
        sessions = [sys.modules.get(f"{twin}.session") for twin in TWINS.values()]
        found = any(session.accelerator() for session in sessions if session is not None)
        return "gpu" if found else "cpu"
    if chosen not in PROFILES:
        raise ValueError(
            f"AELIB_PROFILE must be one of {', '.join(PROFILES)}, got {chosen!r}: "
            "set it to one of these, or unset it to let the hardware decide"
        )
    return chosen


def budget(*, quick: int, cpu: int, gpu: int) -> int:
    """Return the number that belongs to the profile in force, for example of epochs."""
    return {"quick": quick, "cpu": cpu, "gpu": gpu}[profile()]


def start(seed: int = 0) -> Lab:
    """Seed NumPy and every installed framework, find the devices, and print what was found.

    It also has GPUs multiply in full float32, so that both frameworks round alike, and sets the
    figure style of the book, for what a chapter draws itself.

    The environment variable `AELIB_SEED` overrides `seed`: a claim is checked under other seeds
    without touching the notebook.

    Raises `ImportError` where neither framework is installed, and `ValueError` for a seed that is
    not an integer of at least 0.
    """
    seed = _checked_seed(os.environ.get("AELIB_SEED", seed))
    np.random.seed(seed)  # noqa: NPY002 (what a notebook draws by the old interface repeats, too)
    frameworks = {}
    for name, twin in TWINS.items():
        try:
            session = importlib.import_module(f"{twin}.session")
        except ImportError:
            frameworks[name] = "not installed"
            continue
        frameworks[name] = f"{session.version()} on {session.accelerator() or 'CPU'}"
        session.prepare(seed)
    if set(frameworks.values()) == {"not installed"}:
        raise ImportError(
            "neither framework is installed: install the extra keras or torch, "
            "in a clone of the course with pip install -e '.[keras]' or pip install -e '.[torch]'"
        )
    mpl.rcParams.update(STYLE)
    lab = Lab(profile(), seed, frameworks)
    print(lab)
    return lab


def _checked_seed(seed: object) -> int:
    try:
        number = int(str(seed))
    except ValueError:
        number = -1
    if number < 0:
        raise ValueError(f"seed must be an integer of at least 0, got {seed!r}")
    return number
