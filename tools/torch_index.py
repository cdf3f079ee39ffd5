"""Print what pip needs to get the CPU build of PyTorch: an option, or nothing.

On Linux, pip's usual index has the build for NVIDIA GPUs (for x86-64 and for arm64), which brings
5 GB of CUDA libraries along. The CPU build has an index of its own. It is asked only where no GPU
could use the other build, and where pip is not told where to look: then that decides, and no other
host is asked.
"""

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# The driver's own marks. The last is where Windows shows its driver to Linux (WSL).
DRIVER = (
    "proc/driver/nvidia/version",
    "dev/nvidia0",
    "dev/nvidiactl",
    "usr/lib/wsl/lib/nvidia-smi",
)
# A line of `pip config list`: where it is set, the option, its value in quotes.
SOURCE = re.compile(
    r"^(?:global|install|:env:)\.(?:index-url|extra-index-url|no-index|find-links)=(?!'')",
    re.MULTILINE,
)


def options(system: str, *, driver: bool, configured: bool) -> list[str]:
    """Return the options to add to `pip install`.

    Args:
        system: as `platform.system` names it.
        driver: whether there is an NVIDIA driver.
        configured: whether pip is told where to look for packages.
    """
    if system != "Linux" or driver or configured:
        return []
    return ["--extra-index-url", CPU_INDEX]


def has_driver(root: Path = Path("/")) -> bool:
    """Return whether this machine, or the folder that stands for it, has an NVIDIA driver."""
    return bool(shutil.which("nvidia-smi")) or any((root / mark).exists() for mark in DRIVER)


def names_a_source(settings: str) -> bool:
    """Return whether the output of `pip config list` says where to look for packages."""
    return bool(SOURCE.search(settings))


def is_configured() -> bool:
    """Return whether pip is told where to look, in a file or in the environment.

    Settings that cannot be read count as such: then nothing is added, and pip says what is wrong.
    """
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return listed.returncode != 0 or names_a_source(listed.stdout)


if __name__ == "__main__":
    found = options(platform.system(), driver=has_driver(), configured=is_configured())
    if found:
        print("No NVIDIA driver found: the CPU build of PyTorch is installed.", file=sys.stderr)
    print(*found)
