"""How many CPU-seconds the chapters and the model types take, and how many they may take.

With `--budget FILE` the run ends with a table of the slowest, and fails where one is over its
budget; the file gets all numbers.

A CPU-second is worth less on a slow core, and on one that shares its caches with a busy one. So a
piece of work that never changes is timed again and again during the run, and the budgets are
multiplied by how much longer it took than usual: the pace. A fast core keeps the budgets.

The work is to compile two modules. Like a quick chapter, in which a framework traces functions
more than it trains, it needs more code and data than the nearest caches hold. A short loop would
not do: where chapters took 2.2 to 3.4 times as long, a loop took 1.5 times.
"""

import argparse
import inspect
import json
import os
import time
import typing
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import psutil
import pytest

from tests.subjects import CHAPTER, MODEL_TYPE, subject

# All runs of a chapter together, and all tests of a type, with both frameworks.
LIMITS = {CHAPTER: 20.0, MODEL_TYPE: 8.0}
ROWS = 10
VARIABLE = "AELIB_BUDGET_FACTOR"
SOURCE = inspect.getsource(typing) + inspect.getsource(argparse)
# What `exercise` takes on a core that the budgets are for, and how often it is timed. The first is
# an estimate: the 0.048 s of a slow core, on which the whole run of four chapters, in the cpu
# profile, took 2.3 times as long as their record of a usual one.
USUAL_SECONDS = 0.021
SECONDS_BETWEEN = 5.0

# Seconds by (what it is, its name).
Costs = Counter[tuple[str, str]]


def exercise() -> float:
    """Return the CPU-seconds that a piece of work takes which never changes."""
    start = time.process_time()
    compile(SOURCE, "exercise", "exec")
    return time.process_time() - start


def asked_factor(text: str) -> float:
    """Return what the user wants the budgets multiplied with, or raise an error of usage."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not number > 0:  # which "nan" is not, either
        raise pytest.UsageError(f"{VARIABLE} must be a number above 0, got {text!r}")
    return number


def limits(factor: float) -> dict[str, float]:
    """Return the budgets of a machine that takes `factor` times the time of a usual one."""
    return {what: factor * seconds for what, seconds in LIMITS.items()}


def excesses(costs: Costs, allowed: dict[str, float]) -> list[str]:
    """Return a sentence for each chapter and type that is over its budget."""
    return [
        f"{name}: {seconds:.1f} CPU-seconds, and a {what} may take {allowed[what]:.1f}"
        for (what, name), seconds in costs.most_common()
        if seconds > allowed[what]
    ]


def table(costs: Costs, allowed: dict[str, float]) -> Iterator[str]:
    """Yield the lines that show the slowest of each kind."""
    for what, limit in allowed.items():
        slowest = [(name, cost) for (kind, name), cost in costs.most_common() if kind == what]
        for name, seconds in slowest[:ROWS]:
            yield f"{seconds:6.1f} of {limit:.1f}  {what} {name}"


def cpu_seconds(item: pytest.Item) -> float:
    """Return the CPU time so far of this process, of the ended ones it started, and of a kernel."""
    seconds = sum(os.times()[:4])
    kernel = getattr(item.parent, "kernel", None)  # a test is then a cell of a notebook
    if kernel is not None and kernel.is_alive():
        seconds += sum(psutil.Process(kernel.km.provisioner.pid).cpu_times()[:4])
    return seconds


class Meter:
    """Measure what each test takes, on the worker that runs it."""

    def __init__(self):
        self.start = self.shared = 0.0
        self.timed = float("-inf")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        if time.monotonic() > self.timed + SECONDS_BETWEEN:
            item.user_properties.append(("pace", exercise() / USUAL_SECONDS))
            self.timed = time.monotonic()
        self.start, self.shared = cpu_seconds(item), 0.0
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef, request):
        """Set aside what is made once for all tests, such as the import of a framework."""
        before = sum(os.times()[:4])
        try:
            return (yield)
        finally:
            if fixturedef.scope == "session":
                self.shared += sum(os.times()[:4]) - before

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item):
        """Note the cost in the test's report; what a process that goes on took, the test says."""
        about = subject(item)
        if about is not None:
            elsewhere = sum(value for name, value in item.user_properties if name == "cpu_seconds")
            seconds = cpu_seconds(item) - self.start - self.shared + elsewhere
            item.user_properties.append(("cost", [*about, seconds]))


class Judge:
    """Add up what the workers report, show it, and fail the run where it is too much."""

    def __init__(self, path: Path, factor: float):
        self.path, self.factor = path, factor
        self.paces: list[float] = []
        self.costs: Costs = Counter()

    @property
    def pace(self) -> float:
        """How many times as long as usual the machine took for the same work, at least 1."""
        return max(1.0, mean(self.paces or [1.0]))

    @property
    def allowed(self) -> dict[str, float]:
        return limits(self.factor * self.pace)

    def pytest_runtest_logreport(self, report):
        if report.when == "teardown":
            for name, value in report.user_properties:
                if name == "pace":
                    self.paces.append(value)
                elif name == "cost":
                    what, subject_name, seconds = value
                    self.costs[what, subject_name] += seconds

    def pytest_sessionfinish(self, session):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [[what, name, seconds] for (what, name), seconds in self.costs.items()]
        self.path.write_text(json.dumps({"costs": rows, "paces": self.paces}))
        if excesses(self.costs, self.allowed) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.section("CPU-seconds of the slowest, and their budgets")
        terminalreporter.write_line(
            f"The budgets are multiplied by {self.factor * self.pace:.2f}: the machine's pace, "
            f"{self.pace:.2f}, times {VARIABLE}, {self.factor:.2f}."
        )
        for line in table(self.costs, self.allowed):
            terminalreporter.write_line(line)
        for line in excesses(self.costs, self.allowed):
            terminalreporter.write_line(f"OVER BUDGET  {line}", red=True)


def pytest_addoption(parser):
    parser.getgroup("course").addoption(
        "--budget", type=Path, metavar="FILE", help="hold chapters and model types to CPU-seconds"
    )


def pytest_configure(config):
    if config.option.budget is None:
        return
    config.pluginmanager.register(Meter())
    if not hasattr(config, "workerinput"):  # the workers measure, the process above them adds up
        factor = asked_factor(os.environ.get(VARIABLE, "1"))
        config.pluginmanager.register(Judge(config.option.budget, factor))
