"""Printed claims are shown as a list; what a cell prints around them stays as it is."""

import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook, new_output
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"
KERNEL = {"name": "python3", "display_name": "Python 3"}


@pytest.fixture
def render(tmp_path, monkeypatch):
    """Return a function that shows what a cell printed as the page's output lines."""
    monkeypatch.syspath_prepend(str(EXTENSIONS))

    def page(printed):
        output = new_output("stream", name="stdout", text=printed)
        notebook = new_notebook(
            cells=[new_code_cell("f()", outputs=[output])],
            metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}},
        )
        nbformat.write(notebook, tmp_path / "index.ipynb")
        config = {
            "extensions": ["myst_nb", "claim_outputs"],
            "nb_execution_mode": "off",
            "html_theme": "basic",
        }
        out = tmp_path / "html"
        with docutils_namespace():
            Sphinx(tmp_path, None, out, tmp_path / "doctrees", "html", config, None).build()
        html = BeautifulSoup((out / "index.html").read_text(), "html.parser")
        return [(node.name, node.get_text()) for node in html.select(".cell_output :is(pre, li)")]

    yield page
    sys.modules.pop("claim_outputs", None)


def test_claims_become_list_items_that_keep_their_text(render):
    expected = [("li", "✓ it holds"), ("li", "○ it waits")]
    assert render("✓ it holds\n○ it waits\n") == expected


def test_other_lines_around_claims_stay_text(render):
    shown = render("a\n  b\n✓ it holds\nc\n")
    assert [(name, text.rstrip("\n")) for name, text in shown] == [
        ("pre", "a\n  b"),
        ("li", "✓ it holds"),
        ("pre", "c"),
    ]


def test_an_output_without_claims_is_left_alone(render):
    assert render("✓\n") == [("pre", "✓\n")]
