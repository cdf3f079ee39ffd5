"""What importing does, and does not do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import aelib

ROOT = Path(aelib.__file__).parents[1]
NEUTRAL = "aelib, aelib.metrics, aelib.parity, aelib.plots"


def process(code, **variables):
    """Run Python code in a fresh process."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True)


def run(code):
    """Run Python code in a fresh process and return what it prints."""
    return process(code).stdout


def test_the_neutral_side_imports_neither_framework():
    code = f"import sys, {NEUTRAL}; print(*{{m.split('.')[0] for m in sys.modules}})"
    loaded = set(run(code).split())
    assert "aelib" in loaded
    assert loaded.isdisjoint({"keras", "tensorflow", "torch", "jax"})


@pytest.mark.parametrize(("twin", "other"), [("keras", "torch"), ("torch", "tensorflow")])
def test_importing_seeds_nothing_sets_nothing_and_leaves_the_other_framework_alone(twin, other):
    seed = {"keras": "engine.config.floatx()", "torch": "engine.initial_seed()"}[twin]
    code = (
        f"import random, sys, numpy, matplotlib.pyplot, sklearn.linear_model, {twin} as engine\n"
        "def state():\n"
        f"    states = [random.getstate(), numpy.random.get_state(), {seed}]\n"
        "    return repr([*states, dict(matplotlib.rcParams)])\n"
        "before = state()\n"
        f"import {NEUTRAL}, aelib.{twin}\n"
        f"print(state() == before, {other!r} in sys.modules)\n"
    )
    assert run(code) == "True False\n"


# The file alone, since the package takes long to import.
NOTE = (
    "import os, runpy, sys\n"
    f"hidden = runpy.run_path({str(ROOT / 'aelib' / 'quiet.py')!r})['start_up_notes_hidden']\n"
    "{first}\n"
    "with hidden(): os.write(2, b'note ')\n"
    "os.write(2, b'ours')"
)


@pytest.mark.parametrize(
    ("level", "first", "shown"),
    [
        ("2", "", "ours"),
        ("0", "", "note ours"),
        ("2", "sys.__stderr__ = None", "note ours"),
    ],
    ids=["hidden", "asked for", "no standard error"],
)
def test_the_start_up_notes_of_tensorflow_stay_off_the_page(level, first, shown):
    """That TensorFlow's own are hidden is seen in the first cell of a chapter, in `tests/book`."""
    finished = process(NOTE.format(first=first), TF_CPP_MIN_LOG_LEVEL=level)
    assert finished.stderr == shown


def test_every_exported_name_is_there():
    assert all(hasattr(aelib, name) for name in aelib.__all__)
