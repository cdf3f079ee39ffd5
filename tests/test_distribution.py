"""What concerns a chapter is chosen, parts are whole and disjoint, and the longest starts first."""

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.distribution import chapter, longest_first, part, shard
from tests.subjects import CHAPTER, MODEL_TYPE, scope, subject
from tools.chapters import chapters

ROOT = Path(__file__).parents[1]
LAST = chapters()[-1].as_posix()


class Item:
    """As much of a test as its place and its part depend on."""

    def __init__(self, nodeid, long=False, **parameters):
        self.nodeid, self.long = nodeid, long
        self.path = ROOT / nodeid.split("::")[0]
        self.config = SimpleNamespace(rootpath=ROOT)
        if parameters:
            self.callspec = SimpleNamespace(params=parameters)

    def get_closest_marker(self, name):
        return self.long or None


NAMES = ["book/a.ipynb", "book/b.ipynb", "book/c.ipynb"]
NOTEBOOKS = [Item(f"{name}::Cell {n}") for name in NAMES for n in range(3)]
ALONE = [Item(f"tests/book/test_x.py::TestKerasOnly::test[{n}]", chapter=Path(n)) for n in NAMES]
TYPES = ["AE", "VAE", "GAN"]
MODELS = [Item(f"tests/models/test_{m}.py::test[{k}]", kind=k) for m in "pq" for k in TYPES]
SHARED = [Item(f"tests/test_{name}.py::test_{n}") for name in "uvw" for n in range(4)]
LONG = [Item("tests/test_long.py::test", long=True)]
EVERYTHING = SHARED + MODELS + NOTEBOOKS + ALONE + LONG


def test_a_test_is_about_a_chapter_or_a_model_type_or_neither():
    assert subject(NOTEBOOKS[0]) == subject(ALONE[0]) == (CHAPTER, "book/a.ipynb")
    assert subject(MODELS[1]) == (MODEL_TYPE, "VAE")
    assert subject(SHARED[0]) is None
    assert subject(Item("tests/test_data.py::test[png]", kind="png")) is None


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_parts_are_disjoint_and_together_everything(parts):
    chosen = [shard(EVERYTHING, number, parts) for number in range(1, parts + 1)]
    assert Counter(item for some in chosen for item in some) == Counter(EVERYTHING)


@pytest.mark.parametrize("parts", [2, 3])
def test_what_has_a_budget_is_in_one_part_and_all_parts_have_some(parts):
    chosen = [shard(EVERYTHING, number, parts) for number in range(1, parts + 1)]
    for items in chosen:
        assert {what for what, _ in filter(None, map(subject, items))} == {CHAPTER, MODEL_TYPE}
        assert any(subject(item) is None for item in items)
    about = [{subject(item) for item in items} - {None} for items in chosen]
    assert sum(map(len, about)) == len(set.union(*about)) == len(NAMES) + len(TYPES)


def test_a_model_type_is_in_the_same_part_when_only_models_are_tested():
    for number in (1, 2):
        part_of_models = shard(MODELS, number, 2)
        assert part_of_models == shard(EVERYTHING, number, 2) & set(MODELS)


def test_what_is_long_starts_first_then_notebooks_then_large_modules():
    ordered = list(dict.fromkeys(scope(item.nodeid) for item in longest_first(EVERYTHING)))
    assert ordered[0] == "tests/test_long.py"
    assert ordered[1:4] == NAMES
    assert ordered[4:7] == [f"tests/test_{name}.py" for name in "uvw"]


def test_tests_keep_their_order_in_their_scope():
    ordered = longest_first(NOTEBOOKS[::-1])
    assert [item.nodeid for item in ordered[:3]] == [f"book/a.ipynb::Cell {n}" for n in (2, 1, 0)]


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "1/0", "a/b", "1/3/5"])
def test_a_part_that_is_none_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="write 1/3"):
        part(text)


def test_a_chapter_that_the_book_lacks_is_refused_with_those_that_it_has():
    assert chapter(f"./{LAST}") == LAST
    with pytest.raises(argparse.ArgumentTypeError, match=LAST):
        chapter("book/nothing.ipynb")


def test_all_that_concerns_a_chapter_is_run_and_nothing_of_another():
    options = ["--collect-only", "-q", f"--chapter={LAST}", "tests/book", "book"]
    command = [sys.executable, "-m", "pytest", *options]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    found = [line for line in result.stdout.splitlines() if "::" in line]
    modules = {scope(nodeid) for nodeid in found}
    files = ["one_framework.py::TestKerasOnly", "one_framework.py::TestPyTorchOnly"]
    files += ["single_framework.py", "template.py", "hygiene.py", "links.py"]
    assert modules == {LAST, *(f"tests/book/test_{name}" for name in files)}
    for nodeid in found:
        assert LAST in nodeid or "test_links" in nodeid
