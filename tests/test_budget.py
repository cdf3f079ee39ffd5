"""A chapter or a model type that takes too long fails the run, on one process and on two."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.budget import (
    LIMITS,
    USUAL_SECONDS,
    Judge,
    asked_factor,
    excesses,
    exercise,
    limits,
    table,
)

ROOT = Path(__file__).parents[1]
COSTS = Counter(
    {
        ("chapter", "book/fast.ipynb"): 3.0,
        ("chapter", "book/slow.ipynb"): 21.0,
        ("model type", "VAE"): 7.9,
        ("model type", "GAN"): 8.1,
    }
)


def test_what_is_over_its_budget_is_named():
    slow, gan = excesses(COSTS, limits(1))
    assert slow == "book/slow.ipynb: 21.0 CPU-seconds, and a chapter may take 20.0"
    assert gan == "GAN: 8.1 CPU-seconds, and a model type may take 8.0"


def test_a_slow_machine_may_have_larger_budgets_and_a_fast_one_smaller():
    assert excesses(COSTS, limits(1.1)) == []
    assert len(excesses(COSTS, limits(0.5))) == 3
    assert limits(1) == LIMITS


@pytest.mark.parametrize("factor", ["", "fast", "0", "-1", "nan"])
def test_a_factor_is_a_number_above_zero(factor):
    with pytest.raises(pytest.UsageError, match="AELIB_BUDGET_FACTOR must be a number above 0"):
        asked_factor(factor)


@pytest.mark.parametrize(("paces", "factor"), [([1.0, 2.0], 1.5), ([0.4, 0.6], 1.0)])
def test_the_budgets_grow_on_a_slow_machine_and_do_not_shrink_on_a_fast_one(
    tmp_path, paces, factor
):
    properties = [("pace", pace) for pace in paces]
    judge = Judge(tmp_path / "costs.json", factor=2)
    judge.pytest_runtest_logreport(SimpleNamespace(when="teardown", user_properties=properties))
    assert judge.allowed == limits(2 * factor)


def test_the_work_that_sets_the_pace_takes_a_moment():
    assert USUAL_SECONDS / 5 < min(exercise() for _ in range(3)) < 10 * USUAL_SECONDS


def test_the_table_shows_the_slowest_first_beside_their_budgets():
    assert list(table(COSTS, limits(1))) == [
        "  21.0 of 20.0  chapter book/slow.ipynb",
        "   3.0 of 20.0  chapter book/fast.ipynb",
        "   8.1 of 8.0  model type GAN",
        "   7.9 of 8.0  model type VAE",
    ]


def test_the_table_is_short():
    many = Counter({("chapter", f"book/{number}.ipynb"): number for number in range(40)})
    assert len(list(table(many, limits(1)))) == 10


TESTS = """
import os, subprocess, sys, time
from pathlib import Path
import pytest

def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass

@pytest.fixture(scope="session")
def imported():
    work(0.6)

@pytest.mark.parametrize("chapter", [Path("book/one.ipynb")])
def test_own(imported, chapter):
    work(0.2)

@pytest.mark.parametrize("chapter", [Path("book/one.ipynb")])
def test_in_another_process(chapter):
    code = "import time\\nwhile time.process_time() < 0.2: pass"
    subprocess.run([sys.executable, "-c", code], check=True)

@pytest.mark.parametrize("chapter", [Path("book/one.ipynb")])
def test_in_a_process_that_goes_on(chapter, record_property):
    record_property("cpu_seconds", 0.4)

def test_of_no_chapter():
    work(0.4)
"""


# The machine of these tests is never slower than usual.
CONFTEST = """
from tests import budget

budget.exercise = lambda: budget.USUAL_SECONDS
"""


@pytest.fixture
def run(tmp_path):
    """`run(factor, ...)` runs tests that take 0.8 s of CPU for a chapter."""
    (tmp_path / "test_one.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(CONFTEST)

    def pytest_run(factor, *options):
        plugins = ["-p", "tests.budget", "-p", "no:cacheprovider", f"--rootdir={tmp_path}"]
        options = ["-c", os.devnull, f"--budget={tmp_path / 'costs.json'}", *options]
        command = [sys.executable, "-m", "pytest", *plugins, *options, str(tmp_path)]
        # The other plugins take a second to import.
        env = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "AELIB_BUDGET_FACTOR": str(factor)}
        return subprocess.run(
            command, cwd=ROOT, env=os.environ | env, capture_output=True, text=True, check=False
        )

    return pytest_run


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["one", "two"])
def test_a_run_measures_a_chapter_and_fails_over_budget(run, tmp_path, workers):
    result = run(0.02, *workers)  # 0.4 s, of 20
    assert result.returncode == 1, result.stdout
    assert "4 passed" in result.stdout
    assert "OVER BUDGET  book/one.ipynb" in result.stdout
    stored = json.loads((tmp_path / "costs.json").read_text())
    assert set(stored["paces"]) == {1.0}
    [[what, name, seconds]] = stored["costs"]
    assert (what, name) == ("chapter", "book/one.ipynb")
    assert 0.75 < seconds < 1.2


def test_a_notebook_costs_what_its_kernel_takes(run, tmp_path):
    code = "import time\nwhile time.process_time() < 2: pass"  # the start of the kernel included
    nbformat.write(new_notebook(cells=[new_code_cell(code)]), tmp_path / "burn.ipynb")
    assert run(1, "-p", "nbval.plugin", "--nbval-lax", "--nbval-current-env").returncode == 0
    stored = json.loads((tmp_path / "costs.json").read_text())
    costs = {name: cost for _, name, cost in stored["costs"]}
    assert 1.99 < costs["burn.ipynb"] < 3.5  # the clock of a process has steps


def test_a_bad_factor_is_an_error_of_usage(run):
    result = run("fast")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "AELIB_BUDGET_FACTOR must be a number above 0, got 'fast'" in result.stderr
