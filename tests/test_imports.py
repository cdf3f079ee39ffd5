"""What importing does, and does not do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import aelib

ROOT = Path(aelib.__file__).parents[1]
NEUTRAL = "aelib, aelib.metrics, aelib.parity, aelib.plots"


def run(code):
    """Run Python code in a fresh process and return what it prints."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


def test_the_neutral_side_imports_neither_framework():
    code = f"import sys, {NEUTRAL}; print(*{{m.split('.')[0] for m in sys.modules}})"
    loaded = set(run(code).split())
    assert "aelib" in loaded
    assert loaded.isdisjoint({"keras", "tensorflow", "torch", "jax"})


@pytest.mark.parametrize(("twin", "other"), [("keras", "torch"), ("torch", "tensorflow")])
def test_a_twin_does_not_import_the_other_framework(twin, other):
    code = f"import sys, aelib.{twin}; print({other!r} in sys.modules)"
    assert run(code) == "False\n"


def test_importing_seeds_nothing_and_changes_no_plotting_default():
    code = (
        "import random, numpy, matplotlib, keras, torch\n"
        "def state():\n"
        "    return repr([random.getstate(), numpy.random.get_state(), dict(matplotlib.rcParams),"
        " keras.backend.floatx(), torch.initial_seed(), torch.get_default_dtype()])\n"
        "before = state()\n"
        f"import {NEUTRAL}, aelib.keras, aelib.torch\n"
        "print(state() == before)\n"
    )
    assert run(code) == "True\n"


def test_every_exported_name_is_there():
    assert all(hasattr(aelib, name) for name in aelib.__all__)
