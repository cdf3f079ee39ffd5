"""Build the book in `_build/html`, unless what is there was built from the same files.

`make book` and the tests call this, so one build serves both. A build that failed leaves no stamp,
so the next one fails again.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.chapters import ROOT

INPUTS = ("_config.yml", "_toc.yml", "aelib", "book", "requirements", "tools")
VARIABLES = ("AELIB_REPOSITORY", "AELIB_SITE")
JUPYTER_BOOK = Path(sys.executable).with_name("jupyter-book")
# Warnings are errors. Without --all, the build after a failing one would pass.
COMMANDS = (
    (sys.executable, "-m", "tools.single_framework"),
    (JUPYTER_BOOK, "build", ".", "-W", "--keep-going", "-n", "--all"),
)


def fingerprint(root: Path) -> str:
    """Return a hash of all that the book is made from: the files, and the addresses it names."""
    digest = hashlib.sha256()
    for path in sorted(_files(root)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root)} {content}\n".encode())
    for name in VARIABLES:
        digest.update(f"{name}={os.environ.get(name, '')}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    for name in INPUTS:
        for path in [root / name, *(root / name).rglob("*")]:
            made = {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
            if path.is_file() and not made:
                yield path


def build(root: Path = ROOT, commands: Sequence[Sequence[str | Path]] = COMMANDS) -> None:
    """Run the commands that build the book, unless it is current.

    Raises `subprocess.CalledProcessError` where a command fails.
    """
    html = root / "_build" / "html"
    stamp, current = html / ".inputs", fingerprint(root)
    if stamp.exists() and stamp.read_text() == current:
        print(f"{html}: nothing to build")
        return
    # A page that is no longer in the book would otherwise stay, and links to it would lead there.
    shutil.rmtree(html, ignore_errors=True)
    for command in commands:
        subprocess.run(command, cwd=root, check=True)
    stamp.write_text(current)


if __name__ == "__main__":
    try:
        build()
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
