"""Every chapter splits into a Keras-only and a PyTorch-only notebook."""

import ast
import copy
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.chapters import chapters
from tools.single_framework import FRAMEWORKS, split

ROOT = Path(__file__).parents[2]
OTHER = {"keras": "pytorch", "pytorch": "keras"}
KERNEL = {"name": "python3", "display_name": "Python 3"}

each_framework = pytest.mark.parametrize("framework", FRAMEWORKS)
each_chapter = pytest.mark.parametrize("chapter", chapters(), ids=str)


def tagged(new_cell, source, *tags):
    return new_cell(source, metadata={"tags": list(tags)})


@pytest.fixture
def notebook():
    cells = [
        new_markdown_cell("# Title"),
        tagged(new_markdown_cell, "Keras says", "keras"),
        tagged(new_code_cell, "import keras", "keras", "hide-input"),
        tagged(new_code_cell, "import torch", "pytorch"),
        tagged(new_markdown_cell, "PyTorch says", "pytorch"),
        new_code_cell(
            "print(1)", execution_count=3, outputs=[new_output("stream", name="stdout", text="1\n")]
        ),
    ]
    metadata = {"kernelspec": KERNEL, "aelib": {"run": {"seconds": 1}}}
    return new_notebook(cells=cells, metadata=metadata)


def read_split(chapter, framework):
    return split(nbformat.read(ROOT / chapter, as_version=4), framework)


@each_framework
def test_split_keeps_common_and_own_cells_in_order(notebook, framework):
    own = {"keras": ["Keras says", "import keras"], "pytorch": ["import torch", "PyTorch says"]}
    sources = [cell.source for cell in split(notebook, framework).cells]
    assert sources == ["# Title", *own[framework], "print(1)"]


@each_framework
def test_split_leaves_no_trace_of_a_run(notebook, framework):
    result = split(notebook, framework)
    code = [cell for cell in result.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert result.metadata.kernelspec.name == "python3"
    assert result.metadata.aelib == {"framework": framework}


def test_split_does_not_change_its_argument(notebook):
    before = copy.deepcopy(notebook)
    split(notebook, "keras", repository="https://example.org/course")
    assert notebook == before


def test_split_is_repeatable_and_every_cell_has_its_own_id(notebook):
    notebook.cells.append(new_code_cell("print(1)"))
    first, second = split(notebook, "keras"), split(notebook, "keras")
    ids = [cell.id for cell in first.cells]
    assert first == second
    assert len(set(ids)) == len(ids)
    nbformat.validate(first)


@each_framework
def test_a_repository_address_adds_the_cell_that_installs_the_package(notebook, framework):
    first = split(notebook, framework, repository="https://example.org/course/").cells[0]
    assert first.source == '%pip install -q "aelib @ git+https://example.org/course"'


def test_an_unknown_framework_is_refused(notebook):
    with pytest.raises(ValueError, match="keras, pytorch"):
        split(notebook, "jax")


@each_framework
@each_chapter
def test_a_split_chapter_is_whole_and_holds_nothing_of_the_other_framework(chapter, framework):
    result = read_split(chapter, framework)
    nbformat.validate(result)
    tags = {tag for cell in result.cells for tag in cell.metadata.get("tags", [])}
    assert OTHER[framework] not in tags
    code = [cell.source for cell in result.cells if cell.cell_type == "code"]
    assert code
    for source in code:
        lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
        ast.parse("\n".join(lines))
