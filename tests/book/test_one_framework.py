"""Every chapter, and the example of CONTRIBUTING.md, runs with one framework as with two."""

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from aelib.lab import TWINS
from tests.book.warm_process import ROOT, ChapterFailed, WarmProcess
from tools.chapters import chapters
from tools.single_framework import split

CHAPTERS = [*chapters(), Path("CONTRIBUTING.md")]


@pytest.fixture(scope="class")
def process(request):
    with WarmProcess(request.cls.imports, request.cls.blocked) as process:
        yield process


def run_cell(process, code):
    process.run("one cell", new_notebook(cells=[new_code_cell(code)]), ROOT)


START = """
import contextlib, io, aelib, numpy
with contextlib.redirect_stdout(io.StringIO()) as text:
    aelib.start(3)
assert "{missing} not installed" in text.getvalue()
assert numpy.random.random() == numpy.random.RandomState(3).random()
"""


@pytest.mark.long
class OneFramework:
    """The runs with one framework: a class for each, so that each stays on one worker."""

    framework: str
    other: str
    imports: tuple[str, ...]
    blocked: tuple[str, ...]

    def test_the_other_framework_is_missing(self, process):
        """The other twin is what a chapter would import, whatever list of modules is blocked."""
        with pytest.raises(ChapterFailed, match="No module named"):
            run_cell(process, f"import {TWINS[self.other]}")

    def test_start_says_what_is_missing_and_seeds_numpy_all_the_same(self, process):
        run_cell(process, START.format(missing=self.other))

    @pytest.mark.parametrize("chapter", CHAPTERS, ids=str)
    def test_a_chapter_runs(self, process, notebook, chapter, record_property):
        folder = (ROOT / chapter).parent
        name = f"{chapter}, {self.framework} only"
        seconds = process.run(name, split(notebook, self.framework), folder)
        record_property("cpu_seconds", seconds)


class TestKerasOnly(OneFramework):
    framework = "keras"
    other = "PyTorch"
    imports = ("aelib.keras",)
    blocked = ("torch",)

    def test_layers_are_named_as_in_a_new_process(self, process):
        for _ in range(2):
            run_cell(process, "import keras\nassert keras.layers.Dense(1).name == 'dense'")


class TestPyTorchOnly(OneFramework):
    framework = "pytorch"
    other = "Keras"
    imports = ("aelib.torch", "torch._dynamo")  # the latter comes with the first optimizer
    blocked = ("keras", "tensorflow")
