"""Put a slim bar under each chapter's title: measured run time, and the notebook to download.

The single-framework notebooks are written before the build by ``python -m tools.single_framework``;
a chapter without them is a warning, which ``make book`` turns into a failure.
"""

import json
import posixpath
import shutil
from html import escape
from pathlib import Path

from docutils import nodes
from framework_tabs import FRAMEWORKS
from launch_buttons import launch_links, repository_address
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

BUILT_NOTEBOOKS = Path("_build/notebooks")
DOWNLOADS = "notebooks"
VARIANTS = {"full": "Notebook"} | {
    key: f"{name} only" for key, name in FRAMEWORKS.items()
}


def minutes(seconds: float) -> str:
    """Return a duration as a reader says it: ``48 s``, ``1 min 14 s``."""
    whole_minutes, rest = divmod(round(seconds), 60)
    return f"{whole_minutes} min {rest} s" if whole_minutes else f"{rest} s"


def run_text(run: dict) -> str:
    """Return the sentence on the measured run of a chapter."""
    where = ", ".join(
        part for part in (f"{run['profile']} profile", run.get("device")) if part
    )
    return f"Runs in {minutes(run['seconds'])} ({where})"


def chapters(app: Sphinx) -> dict[str, str]:
    """Return the notebook path, relative to the root, of every page that is a notebook."""
    paths = {
        name: str(app.env.doc2path(name, base=False)) for name in app.env.found_docs
    }
    return {
        name: path for name, path in sorted(paths.items()) if path.endswith(".ipynb")
    }


def source_of(app: Sphinx, chapter: str, variant: str) -> Path:
    """Return the notebook file that a download link of a chapter stands for."""
    root = Path(app.srcdir)
    return (
        root / chapter
        if variant == "full"
        else root / BUILT_NOTEBOOKS / variant / chapter
    )


def group_html(label: str, links: list[str]) -> str:
    """Return a labeled group of links as HTML, or nothing where there are no links."""
    name = f'<span class="ae-bar-label">{label}</span>'
    return f'<span class="ae-bar-group">{name}{"".join(links)}</span>' if links else ""


def bar_html(docname: str, chapter: str, run: dict | None, repository: str) -> str:
    """Return the bar of one chapter as HTML."""
    stem = posixpath.splitext(posixpath.basename(chapter))[0]
    downloads = []
    for variant, label in VARIANTS.items():
        target = posixpath.join(DOWNLOADS, variant, chapter)
        href = posixpath.relpath(target, posixpath.dirname(docname) or ".")
        name = f"{stem}.ipynb" if variant == "full" else f"{stem}-{variant}.ipynb"
        downloads.append(f'<a href="{href}" download="{name}">{label}</a>')
    launches = [
        f'<a href="{escape(address)}">{label}</a>'
        for label, address in launch_links(repository, chapter)
    ]
    time = f'<span class="ae-run">{escape(run_text(run))}</span>' if run else ""
    groups = group_html("Download", downloads) + group_html("Open in", launches)
    return f'<div class="ae-chapter-bar">{time}{groups}</div>'


def add_bar(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Insert the bar after the title of a chapter's page."""
    chapter = str(app.env.doc2path(docname, base=False))
    if app.builder.format != "html" or not chapter.endswith(".ipynb"):
        return
    metadata = json.loads((Path(app.srcdir) / chapter).read_text("utf-8"))["metadata"]
    run = metadata.get("aelib", {}).get("run")
    html = bar_html(docname, chapter, run, repository_address())
    title = next(doctree.findall(nodes.title))
    title.parent.insert(
        title.parent.index(title) + 1, nodes.raw("", html, format="html")
    )


def copy_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Copy every notebook that a bar links to into the built book."""
    if exception or app.builder.format != "html":
        return
    for docname, chapter in chapters(app).items():
        for variant, label in VARIANTS.items():
            source = source_of(app, chapter, variant)
            if not source.exists():
                logger.warning(
                    "the notebook '%s' is missing; write it with "
                    "'python -m tools.single_framework'",
                    label,
                    location=docname,
                )
                continue
            target = Path(app.outdir) / DOWNLOADS / variant / chapter
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def setup(app: Sphinx) -> dict:
    app.connect("doctree-resolved", add_bar)
    app.connect("build-finished", copy_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
