"""Neighboring tagged cells become one tab set, with each framework's cells in order."""

import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

EXTENSIONS = Path(__file__).parents[2] / "book" / "_ext"
EXERCISE = "```{exercise}\n:label: ex\n\nDo it.\n```"
SOLUTION_START = "```{solution-start} ex\n:label: sol\n```"
SOLUTION_END = "```{solution-end}\n```"
NESTED = "::::{note}\n:::{tip}\nKeras nested\n:::\n::::\n\nKeras after"
KERNEL = {"name": "python3", "display_name": "Python 3"}
LANGUAGE = {"name": "python"}


def cell(source, *tags):
    return new_code_cell(source, metadata={"tags": list(tags)})


def text(source, *tags):
    return new_markdown_cell(source, metadata={"tags": list(tags)})


PAGE = [
    text("# Title"),
    text("## Run by run"),
    cell("k = 1", "keras"),
    cell("k = 2", "keras"),
    cell("p = 1", "pytorch"),
    cell("p = 2", "pytorch"),
    text("## Alternating"),
    cell("k = 3", "keras"),
    cell("p = 3", "pytorch"),
    cell("k = 4", "keras"),
    cell("p = 4", "pytorch"),
    text("## Order of the tabs"),
    cell("p = 5", "pytorch"),
    cell("k = 5", "keras"),
    text("## One alone"),
    cell("p = 6", "pytorch"),
    text("## Apart"),
    cell("k = 7", "keras"),
    cell("both = 7"),
    cell("p = 7", "pytorch"),
    text("## Prose"),
    text("Keras *prose*", "keras"),
    cell("k = 8", "keras"),
    text("PyTorch prose", "pytorch"),
    cell("p = 8", "pytorch"),
    text(NESTED, "keras"),
    text("## Folded"),
    cell("k = 9", "keras", "hide-input"),
    cell("p = 9", "hide-input", "pytorch"),
    text("## Exercise"),
    text(EXERCISE),
    text(SOLUTION_START),
    cell("k = 10", "keras"),
    cell("p = 10", "pytorch"),
    text(SOLUTION_END),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tabs")
    notebook = new_notebook(cells=PAGE, metadata={"kernelspec": KERNEL, "language_info": LANGUAGE})
    nbformat.write(notebook, folder / "index.ipynb")
    config = {
        "extensions": ["myst_nb", "sphinx_exercise", "framework_tabs"],
        "nb_execution_mode": "off",
        "myst_enable_extensions": ["colon_fence"],
        "html_theme": "basic",
    }
    warnings = (folder / "warnings").open("w+")
    sys.path.insert(0, str(EXTENSIONS))
    try:
        with docutils_namespace():
            out = folder / "html"
            app = Sphinx(folder, None, out, folder / "doctrees", "html", config, None, warnings)
            app.build()
    finally:
        sys.path.remove(str(EXTENSIONS))
    assert (folder / "warnings").read_text() == ""
    return BeautifulSoup((out / "index.html").read_text(), "html.parser")


def tab_sets(page, section):
    """Return what each tab set of a section shows: {label: its cells' text}."""
    return [
        {
            label.get_text(strip=True): [
                " ".join(child.get_text(" ", strip=True).split())
                for child in label.find_next_sibling("div").find_all("div", recursive=False)
            ]
            for label in tab_set.find_all("label", recursive=False)
        }
        for tab_set in page.find(id=section).select(".sd-tab-set")
    ]


def test_a_run_of_each_framework_makes_one_tab_set(page):
    expected = {"Keras": ["k = 1", "k = 2"], "PyTorch": ["p = 1", "p = 2"]}
    assert tab_sets(page, "run-by-run") == [expected]


def test_alternating_cells_make_one_tab_set(page):
    expected = {"Keras": ["k = 3", "k = 4"], "PyTorch": ["p = 3", "p = 4"]}
    assert tab_sets(page, "alternating") == [expected]


def test_keras_comes_first_whatever_the_order_of_the_cells(page):
    assert [list(tabs) for tabs in tab_sets(page, "order-of-the-tabs")] == [["Keras", "PyTorch"]]


def test_a_framework_alone_keeps_its_label_and_is_selected(page):
    assert tab_sets(page, "one-alone") == [{"PyTorch": ["p = 6"]}]
    assert page.find(id="one-alone").select_one(".sd-tab-set > input").has_attr("checked")


def test_a_common_cell_separates_two_tab_sets(page):
    assert tab_sets(page, "apart") == [{"Keras": ["k = 7"]}, {"PyTorch": ["p = 7"]}]


def test_tagged_prose_lands_in_its_tab(page):
    expected = {
        "Keras": ["Keras prose", "k = 8", "Note Tip Keras nested Keras after"],
        "PyTorch": ["PyTorch prose", "p = 8"],
    }
    assert tab_sets(page, "prose") == [expected]


def test_folded_cells_stay_folded_in_their_tab(page):
    (tabs,) = tab_sets(page, "folded")
    assert list(tabs) == ["Keras", "PyTorch"]
    assert len(page.find(id="folded").select(".sd-tab-content > .cell > details")) == 2


def test_tabs_in_a_solution_stay_in_it(page):
    solution = page.select_one("div.solution")
    labels = [label.get_text(strip=True) for label in solution.select(".sd-tab-set > label")]
    assert labels == ["Keras", "PyTorch"]


def test_every_tab_is_synced(page):
    labels = page.select(".sd-tab-set > label")
    assert {label["data-sync-group"] for label in labels} == {"framework"}
    keys = {(label.get_text(strip=True), label["data-sync-id"]) for label in labels}
    assert keys == {("Keras", "keras"), ("PyTorch", "pytorch")}
