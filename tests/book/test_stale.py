"""A page knows which parts of the library it came from, and when one of them has changed."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import used
from tools.stale import changed_parts
from tools.used import reached, roots, used_parts

LIBRARY = {
    "aelib/__init__.py": "from aelib.lab import start\n",
    "aelib/lab.py": 'TWINS = 2\nUNUSED = 3\ndef start():\n    """Start."""\n    return TWINS\n',
    "aelib/plots.py": (
        "from aelib.style import STYLE\nimport numpy as np\n"
        "def curves(runs):\n    return np.sum(runs), STYLE\n"
        "def grid(stack):\n    return stack\n"
    ),
    "aelib/style.py": "STYLE = {}\n",
    "aelib/torch/__init__.py": "from aelib.torch.training.fit import fit\n",
    "aelib/torch/training/__init__.py": "",
    "aelib/torch/training/fit.py": (
        "from aelib.torch.training.engine import Engine\ndef fit():\n    return Engine\n"
    ),
    "aelib/torch/training/engine.py": "class Engine:\n    def step(self): return 1\n",
    "aelib/torch/adapter.py": "ADAPTER = 1\n",
    "aelib/torch/session.py": "def prepare(seed):\n    return seed\n",
}
CODE = """
import aelib
import aelib.torch as aet
from aelib import plots
aelib.start()
plots.curves(aet.fit())
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    """`library(path, text)` writes a file of a small library, which `tools.used` then reads."""

    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        for function in (used._tree, used._definitions, used._home, used._file):
            function.cache_clear()

    monkeypatch.setattr(used, "ROOT", tmp_path)
    for path, text in LIBRARY.items():
        write(path, text)
    yield write
    for function in (used._tree, used._definitions, used._home, used._file):
        function.cache_clear()


@pytest.fixture
def chapter(library):
    notebook = new_notebook(cells=[new_markdown_cell("text"), new_code_cell(CODE)])
    notebook.metadata["aelib"] = {"run": {"library": used_parts(notebook)}}
    return notebook


def test_a_chapter_uses_what_it_names_and_what_that_leads_to(chapter):
    assert {definition for definition in reached(roots(chapter)) if definition[1]} == {
        ("aelib.lab", "start"),
        ("aelib.lab", "TWINS"),
        ("aelib.plots", "curves"),
        ("aelib.style", "STYLE"),
        ("aelib.torch.training.fit", "fit"),
        ("aelib.torch.training.engine", "Engine"),
        ("aelib.torch.adapter", "ADAPTER"),
        ("aelib.torch.session", "prepare"),
    }


@pytest.mark.parametrize(
    ("path", "old", "new", "module"),
    [
        ("aelib/style.py", "{}", "{'color': 'red'}", "aelib.style"),
        ("aelib/lab.py", "TWINS = 2", "TWINS = 4", "aelib.lab"),
        ("aelib/torch/training/engine.py", "return 1", "return 2", "aelib.torch.training.engine"),
        ("aelib/torch/adapter.py", "1", "2", "aelib.torch.adapter"),
    ],
)
def test_a_change_of_what_it_uses_makes_it_stale(chapter, library, path, old, new, module):
    assert changed_parts(chapter) == []
    library(path, LIBRARY[path].replace(old, new))
    assert changed_parts(chapter) == [module]


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("aelib/lab.py", "UNUSED = 3", "UNUSED = 4"),
        ("aelib/lab.py", "Start.", "Begin."),
        ("aelib/lab.py", "    return TWINS", "    # why\n    return  TWINS"),
        ("aelib/plots.py", "return stack", "return stack + 1"),
    ],
    ids=["another constant", "a docstring", "a comment", "another function"],
)
def test_any_other_change_does_not(chapter, library, path, old, new):
    library(path, LIBRARY[path].replace(old, new))
    assert changed_parts(chapter) == []


def test_a_part_that_is_gone_shows_too(chapter, library):
    library("aelib/style.py", "")
    assert changed_parts(chapter) == ["aelib.style"]


def test_a_chapter_that_was_run_before_there_was_a_record_is_stale(library):
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell(CODE)])
    notebook.metadata["aelib"] = {"run": {}}
    assert "aelib.lab" in changed_parts(notebook)
