"""Which tests run, and in what order: one chapter's, one runner's, and the longest first."""

import argparse
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.subjects import CHAPTER, scope, subject
from tools.chapters import chapters


def part(text: str) -> tuple[int, int]:
    """Return `I/N` as two numbers, or raise where there is no such part."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is no part: write 1/3, 2/3 or 3/3")
    return int(match[1]), int(match[2])


def chapter(text: str) -> str:
    """Return the path of a chapter, or raise where the book has none there."""
    known = [*map(Path.as_posix, chapters()), "CONTRIBUTING.md"]
    name = Path(text).as_posix()
    if name not in known:
        raise argparse.ArgumentTypeError(f"_toc.yml has no chapter {text}: {', '.join(known)}")
    return name


def pytest_addoption(parser):
    group = parser.getgroup("course")
    group.addoption("--chapter", type=chapter, help="run what concerns this chapter")
    group.addoption("--shard", type=part, metavar="I/N", help="run the part I of N")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes long as a whole, so it starts first")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    if name := config.option.chapter:
        _keep(config, items, lambda item: concerns(item, name))
    if config.option.shard:
        kept = shard(items, *config.option.shard)
        _keep(config, items, kept.__contains__)
    items[:] = longest_first(items)


def _keep(config, items: list[pytest.Item], wanted: Callable[[pytest.Item], bool]) -> None:
    dropped = [item for item in items if not wanted(item)]
    items[:] = [item for item in items if wanted(item)]
    config.hook.pytest_deselected(items=dropped)


def concerns(item: pytest.Item, name: str) -> bool:
    """Return whether a test is about this chapter, or about links, which lead from page to page."""
    return subject(item) == (CHAPTER, name) or item.path.name == "test_links.py"


def shard(items: list[pytest.Item], number: int, parts: int) -> set[pytest.Item]:
    """Return one part of the tests.

    All runs of a chapter, and all tests of a model type, are in one part: there they are held to
    their budget. Chapters, types and what else there is are dealt out in turn, each for itself, so
    that a type is in the same part where only some of the tests are collected.
    """
    subjects = {item: subject(item) or ("scope", scope(item.nodeid)) for item in items}
    turns = Counter()
    mine = set()
    for what, name in sorted(set(subjects.values())):
        if turns[what] % parts == number - 1:
            mine.add((what, name))
        turns[what] += 1
    return {item for item, about in subjects.items() if about in mine}


def longest_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with what takes long in front, so that no worker ends up with it alone.

    What is marked as long comes first, then notebooks, then modules with many tests.
    """
    sizes = Counter(scope(item.nodeid) for item in items)

    def key(item):
        group = scope(item.nodeid)
        is_long = item.get_closest_marker("long") is not None
        return not is_long, item.path.suffix != ".ipynb", -sizes[group], group

    return sorted(items, key=key)
