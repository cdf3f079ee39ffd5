"""The book is built once for everything that was not changed, and a failing build stays one."""

import subprocess
import sys

import pytest

from tools.build_book import VARIABLES, build

COUNT = """
from pathlib import Path
html = Path("_build/html")
html.mkdir(parents=True)
with open("builds", "a") as file:
    file.write("x")
html.joinpath("index.html").touch()
"""
FAIL = "raise SystemExit('a warning')"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project whose book is one page."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name in ("_toc.yml", "book/intro.md", "aelib/lab.py", "book/__pycache__/x.pyc"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(name)
    return tmp_path


def builds(root, *programs):
    """Build, and return how often it was done so far."""
    build(root, [[sys.executable, "-c", program] for program in programs or (COUNT,)])
    return len((root / "builds").read_text())


def test_what_did_not_change_is_not_built_again(root):
    assert builds(root) == 1
    (root / "book/__pycache__/x.pyc").write_text("made anew by Python")
    (root / "notes.txt").write_text("no part of the book")
    assert builds(root) == 1


@pytest.mark.parametrize("name", ["_toc.yml", "book/intro.md", "aelib/lab.py", "book/new.md"])
def test_a_changed_or_new_file_is_built(root, name):
    assert builds(root) == 1
    (root / name).write_text("changed")
    assert builds(root) == 2


def test_a_file_that_moved_or_is_gone_is_built(root):
    assert builds(root) == 1
    (root / "book/intro.md").rename(root / "book/opening.md")
    assert builds(root) == 2
    (root / "book/opening.md").unlink()
    assert builds(root) == 3


@pytest.mark.parametrize("name", VARIABLES)
def test_another_address_is_built(root, monkeypatch, name):
    assert builds(root) == 1
    monkeypatch.setenv(name, "https://example.org/course")
    assert builds(root) == 2


def test_a_failing_build_fails_again_until_it_is_mended(root):
    for _ in range(2):
        with pytest.raises(subprocess.CalledProcessError):
            builds(root, COUNT, FAIL)
    assert builds(root) == 3


def test_a_page_of_the_last_book_does_not_stay(root):
    builds(root)
    stale = root / "_build/html/stale.html"
    stale.touch()
    (root / "book/intro.md").write_text("changed")
    builds(root)
    assert not stale.exists()
