"""Serve MathJax from the book itself, as one file, so that pages also work from disk.

The package sphinx-mathjax-offline ships all of MathJax 3 (24 MB); the one file used here holds the
TeX input with all its extensions and the SVG output, and loads nothing else.
"""

import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx

PACKAGE = "sphinx-mathjax-offline"
FILE = "mathjax/tex-svg-full.js"


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy MathJax next to the book's other static files."""
    if exception or app.builder.format != "html":
        return
    source = Path(find_spec(PACKAGE).origin).parent / "static" / FILE
    target = Path(app.outdir) / "_static" / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def setup(app: Sphinx) -> dict:
    app.config.mathjax_path = FILE
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
