"""Execute one framework's notebooks on a GPU, and fail where the framework sees none.

`make gpu FRAMEWORK=keras` calls this in that framework's own environment.
"""

import importlib
import os
import sys
from pathlib import Path

from tools.chapters import ROOT, chapters
from tools.run_chapter import execute


def main() -> None:
    """Run every chapter's single-framework notebook."""
    twin = sys.argv[1]
    device = importlib.import_module(f"aelib.{twin}.session").accelerator()
    if device is None:
        sys.exit(f"aelib.{twin} sees no GPU: check the driver, and that the framework has CUDA")
    print(f"running on {device}")
    folder = ROOT / "_build" / "notebooks" / {"keras": "keras", "torch": "pytorch"}[twin]
    for chapter in chapters():
        path = Path(folder, chapter)
        execute(path, {**os.environ, "AELIB_PROFILE": "gpu"})
        print(f"{chapter}: passed", flush=True)


if __name__ == "__main__":
    main()
