"""Execute a chapter in place and store clean outputs, with a record of the run.

`make run CHAPTER=book/foundations/linear.ipynb` calls this. With `--seed 1` the chapter runs under
another seed and nothing is stored: that is how a claim is checked before it is committed.
"""

import argparse
import base64
import datetime
import hashlib
import importlib.metadata
import io
import os
import re
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from PIL import Image

from aelib.summary import MIME
from tools.used import used_parts

PACKAGES = ("keras", "tensorflow", "torch", "numpy")
CELL_TIMEOUT = 600  # seconds
COLORS = 128  # of a stored figure


def code_hash(notebook: nbformat.NotebookNode) -> str:
    """Return the hash of a notebook's code cells; outputs older than the code have another one."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\n\n".join(cells).encode()).hexdigest()[:16]


def execute(path: Path, env: dict[str, str]) -> nbformat.NotebookNode:
    """Return the notebook, executed from top to bottom in a kernel with this environment."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=CELL_TIMEOUT, kernel_name="python3")
    client.execute(cwd=str(path.parent), env=env)
    return notebook


def take_summary(notebook: nbformat.NotebookNode) -> dict | None:
    """Remove from the outputs the numbers that `aelib.summary` put there, and return them."""
    summary = None
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            summary = output.get("data", {}).pop(MIME, summary)
    return summary


def clean(notebook: nbformat.NotebookNode) -> None:
    """Keep what a reader needs of the outputs: no stderr, no progress bar, no kernel details."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _merged(o for o in cell.outputs if o.get("name") != "stderr")
            for output in cell.outputs:
                if "image/png" in output.get("data", {}):
                    output.data["image/png"] = _smaller(output.data["image/png"])
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **{key: value for key, value in notebook.metadata.items() if key == "aelib"},
        }
    )


def _merged(outputs: Iterable[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Join neighboring pieces of standard output, which arrive in portions of no meaning."""
    merged: list[nbformat.NotebookNode] = []
    for output in outputs:
        if merged and output.output_type == merged[-1].output_type == "stream":
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def _smaller(png: str) -> str:
    """Store a figure with a palette: half the size, and no difference that the eye finds."""
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    stored = io.BytesIO()
    image.quantize(COLORS, dither=Image.Dither.NONE).save(stored, "PNG", optimize=True)
    return base64.b64encode(stored.getvalue()).decode()


def record(notebook: nbformat.NotebookNode, seconds: float, profile: str) -> None:
    """Write down how the outputs came about."""
    summary = take_summary(notebook)
    notebook.metadata["aelib"] = {
        **notebook.metadata.get("aelib", {}),
        **({"summary": summary} if summary else {}),
        "run": {
            "profile": profile,
            "seconds": round(seconds),
            "device": f"{os.cpu_count()} CPU cores",
            "versions": {name: _version(name) for name in PACKAGES},
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "code_hash": code_hash(notebook),
            "library": used_parts(notebook),
        },
    }


def main() -> None:
    """Run one chapter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", type=Path, help="for example book/foundations/linear.ipynb")
    parser.add_argument("--seed", type=int, help="check the claims under this seed; store nothing")
    options = parser.parse_args()
    if not options.chapter.is_file():
        sys.exit(f"there is no chapter {options.chapter}: name one with CHAPTER=book/....ipynb")
    profile = os.environ.get("AELIB_PROFILE", "cpu")
    env = {**os.environ, "AELIB_PROFILE": profile}
    if options.seed is not None:
        env["AELIB_SEED"] = str(options.seed)
    start = time.perf_counter()
    notebook = execute(options.chapter, env)
    seconds = time.perf_counter() - start
    if options.seed is not None:
        print(f"{options.chapter}: every claim holds under seed {options.seed} ({seconds:.0f} s)")
        return
    clean(notebook)
    record(notebook, seconds, profile)
    nbformat.write(notebook, options.chapter)
    print(f"{options.chapter}: {seconds:.0f} s in the {profile} profile")


def _version(name: str) -> str:
    return re.sub(r"\+.*", "", importlib.metadata.version(name))


if __name__ == "__main__":
    main()
