"""Write every chapter as a Keras-only and as a PyTorch-only notebook.

``python -m tools.single_framework`` writes ``_build/notebooks/{keras,pytorch}/<chapter>.ipynb``.
They are what the book offers for download, what Colab opens, and what a machine with only one of
the frameworks runs.
"""

import copy
import hashlib
import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.chapters import ROOT, chapters

FRAMEWORKS = ("keras", "pytorch")  # tags of cells
OUTPUT = ROOT / "_build" / "notebooks"


def cell_id(position: int, source: str) -> str:
    """Return an id that is the same each time an unchanged cell is written."""
    return hashlib.sha256(f"{position} {source}".encode()).hexdigest()[:12]


def install_cell(repository: str) -> NotebookNode:
    """Return the cell that installs the package on a machine that has the frameworks, as Colab's.

    It asks for no extra: the pinned framework would replace the one that fits the machine's GPU.
    """
    return nbformat.v4.new_code_cell(f'%pip install -q "aelib @ git+{repository.rstrip("/")}"')


def split(notebook: NotebookNode, framework: str, repository: str = "") -> NotebookNode:
    """Return a copy of a chapter without the other framework's cells and without outputs.

    Args:
        notebook: the chapter; it is left as it is.
        framework: ``keras`` or ``pytorch``, the one to keep.
        repository: where given, a first cell installs the package from this address.

    Raises:
        ValueError: framework is neither.
    """
    if framework not in FRAMEWORKS:
        raise ValueError(f"framework must be one of {', '.join(FRAMEWORKS)}, got {framework!r}")
    others = set(FRAMEWORKS) - {framework}
    result = copy.deepcopy(notebook)
    result.cells = [c for c in result.cells if others.isdisjoint(c.metadata.get("tags", []))]
    if repository:
        result.cells.insert(0, install_cell(repository))
    for position, cell in enumerate(result.cells):
        cell.id = cell_id(position, cell.source)
        if cell.cell_type == "code":
            cell.outputs = []
            cell.execution_count = None
            cell.metadata.pop("execution", None)
    course = result.metadata.get("aelib", {})
    course.pop("run", None)
    result.metadata["aelib"] = {**course, "framework": framework}
    # Cell ids belong to version 4.5 of the format.
    result.nbformat, result.nbformat_minor = 4, max(5, result.nbformat_minor)
    return result


def write_all(output: Path = OUTPUT) -> list[Path]:
    """Write both notebooks of every chapter below a folder and return their paths."""
    repository = os.environ.get("AELIB_REPOSITORY", "")
    written = []
    for chapter in chapters():
        notebook = nbformat.read(ROOT / chapter, as_version=4)
        for framework in FRAMEWORKS:
            target = output / framework / chapter
            target.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(split(notebook, framework, repository), target)
            written.append(target)
    return written


if __name__ == "__main__":
    for path in write_all():
        print(path)
