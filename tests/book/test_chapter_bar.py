"""The bar under a chapter's title, and the links that a published repository adds to it."""

import json
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"
RUN = {"profile": "cpu", "seconds": 74.2, "device": "2 CPU cores"}
SLUG = "owner/course"
GITHUB = f"https://github.com/{SLUG}"


@pytest.fixture(autouse=True)
def _extensions_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(EXTENSIONS))


def build(folder, single_framework=True):
    """Build a book of one chapter and return its page and the warnings."""
    chapter = new_notebook(
        cells=[new_markdown_cell("# Title\n\nText.")], metadata={"aelib": {"run": RUN}}
    )
    targets = [folder / "part" / "chapter.ipynb"]
    if single_framework:
        built = folder / "_build" / "notebooks"
        targets += [built / name / "part" / "chapter.ipynb" for name in ("keras", "pytorch")]
    for target in targets:
        target.parent.mkdir(parents=True)
        nbformat.write(chapter, target)
    config = {
        "extensions": ["myst_nb", "chapter_bar"],
        "nb_execution_mode": "off",
        "root_doc": "part/chapter",
        "exclude_patterns": ["_build"],
        "html_theme": "basic",
    }
    out = folder / "html"
    with docutils_namespace(), (folder / "warnings").open("w") as warnings:
        Sphinx(folder, None, out, folder / "doctrees", "html", config, None, warnings).build()
    return (out / "part" / "chapter.html").read_text(), (folder / "warnings").read_text()


def test_a_chapter_states_its_run_and_offers_its_notebooks(tmp_path, monkeypatch):
    monkeypatch.delenv("AELIB_REPOSITORY", raising=False)
    page, warnings = build(tmp_path)
    assert warnings == ""
    assert "Runs in 1 min 14 s (cpu profile, 2 CPU cores)" in page
    assert page.index("<h1>") < page.index("ae-chapter-bar") < page.index("<p>Text.")
    for variant in ("full", "keras", "pytorch"):
        assert f'href="../notebooks/{variant}/part/chapter.ipynb"' in page
        downloaded = tmp_path / "html" / "notebooks" / variant / "part" / "chapter.ipynb"
        assert json.loads(downloaded.read_text())["cells"]
    assert "colab" not in page
    assert "binder" not in page


def test_a_missing_single_framework_notebook_is_a_warning(tmp_path):
    _, warnings = build(tmp_path, single_framework=False)
    assert "'Keras only' is missing" in warnings
    assert "'PyTorch only' is missing" in warnings


def test_a_repository_adds_the_links_that_launch_a_chapter(tmp_path, monkeypatch):
    monkeypatch.setenv("AELIB_REPOSITORY", f"{GITHUB}/")
    page, _ = build(tmp_path)
    chapter = "part/chapter.ipynb"
    assert f"https://mybinder.org/v2/gh/{SLUG}/HEAD?urlpath=lab/tree/{chapter}" in page
    colab = f"https://colab.research.google.com/github/{SLUG}/blob/notebooks"
    assert f"{colab}/keras/{chapter}" in page
    assert f"{colab}/pytorch/{chapter}" in page


def test_a_repository_elsewhere_has_no_colab_link():
    sys.modules.pop("launch_buttons", None)
    from launch_buttons import launch_links  # noqa: PLC0415 (found through the fixture)

    links = launch_links("https://git.example.org/course", "book/lab.ipynb")
    assert [label for label, _ in links] == ["Binder"]
    assert "/v2/git/https%3A%2F%2Fgit.example.org%2Fcourse/HEAD" in links[0][1]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.6, "1 s"), (59.6, "1 min 0 s"), (74.2, "1 min 14 s")]
)
def test_durations_read_naturally(seconds, text):
    from chapter_bar import minutes  # noqa: PLC0415 (found through the fixture)

    assert minutes(seconds) == text
