"""Profiles, budgets and seeds; and what a machine with one framework, or with none, is told."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import aelib
from aelib.lab import PROFILES
from aelib.style import STYLE

BLOCKED = Path(__file__).parent / "book" / "blocked"
HIDDEN = {"keras": "keras,tensorflow", "torch": "torch"}


def run_without(hidden, code):
    """Run Python code in a process in which some packages cannot be imported."""
    path = os.pathsep.join([str(BLOCKED), str(Path(aelib.__file__).parents[1])])
    env = {**os.environ, "PYTHONPATH": path, "AELIB_BLOCK_IMPORTS": hidden}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", PROFILES)
def test_the_environment_chooses_the_profile_and_with_it_the_budget(monkeypatch, name):
    monkeypatch.setenv("AELIB_PROFILE", name)
    assert aelib.profile() == name
    assert aelib.budget(quick=1, cpu=15, gpu=50) == {"quick": 1, "cpu": 15, "gpu": 50}[name]


def test_an_unknown_profile_is_refused_with_the_known_ones(monkeypatch):
    monkeypatch.setenv("AELIB_PROFILE", "fast")
    with pytest.raises(ValueError, match="one of quick, cpu, gpu, got 'fast'"):
        aelib.profile()


@pytest.mark.parametrize(("found", "profile"), [(None, "cpu"), ("a GPU", "gpu")])
def test_without_a_choice_the_hardware_decides(framework, monkeypatch, found, profile):
    monkeypatch.delenv("AELIB_PROFILE")
    aelib.start()
    for twin in ("keras", "torch"):
        monkeypatch.setattr(f"aelib.{twin}.session.accelerator", lambda: None)
    monkeypatch.setattr(f"aelib.{framework.name}.session.accelerator", lambda: found)
    assert aelib.profile() == profile


def test_start_makes_both_frameworks_multiply_in_full_float32():
    """On a GPU: a processor does so in any case, so only the settings can be seen here."""
    tf, torch = importlib.import_module("tensorflow"), importlib.import_module("torch")
    tf.config.experimental.enable_tensor_float_32_execution(True)
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.allow_tf32 = True
    aelib.start()
    assert not tf.config.experimental.tensor_float_32_execution_enabled()
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cudnn.allow_tf32


def test_start_prints_three_lines_and_returns_what_they_say(capsys):
    lab = aelib.start(seed=7)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["profile", "seed", "frameworks"]
    assert lines == str(lab).splitlines()
    assert (lab.profile, lab.seed) == ("quick", 7)
    assert all(" on " in where for where in lab.frameworks.values())
    assert list(lab.frameworks) == ["Keras", "PyTorch"]


def test_start_sets_the_figure_style_of_the_book():
    with mpl.rc_context():
        mpl.rcdefaults()
        aelib.start()
        assert {name: mpl.rcParams[name] for name in STYLE} == STYLE


def draws(framework):
    """Return a random number from NumPy and one from the framework."""
    net = framework.twin.mlp_encoder(4, input_shape=(3,))
    z = framework.apply(net, np.ones((1, 3)))
    return np.r_[np.random.random(), z.ravel()]  # noqa: NPY002 (this is what start seeds)


def test_start_seeds_numpy_and_the_framework(framework):
    found = []
    for seed in (5, 5, 6):
        aelib.start(seed)
        found.append(draws(framework))
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).all()


def test_the_environment_overrides_the_seed(framework, monkeypatch):
    aelib.start(5)
    expected = draws(framework)
    monkeypatch.setenv("AELIB_SEED", "5")
    assert aelib.start(0).seed == 5
    np.testing.assert_array_equal(draws(framework), expected)


@pytest.mark.parametrize("seed", ["-1", "one", "1.5"])
def test_a_seed_is_a_whole_number(monkeypatch, seed):
    message = f"seed must be an integer of at least 0, got '{seed}'"
    monkeypatch.setenv("AELIB_SEED", seed)
    with pytest.raises(ValueError, match=message):
        aelib.start()


@pytest.mark.parametrize("name", HIDDEN)
def test_a_missing_framework_names_the_extra_to_install(name):
    result = run_without(HIDDEN[name], f"import aelib.{name}")
    assert result.returncode != 0
    assert f"pip install -e '.[{name}]'" in result.stderr.splitlines()[-1]


def test_start_without_any_framework_says_what_to_install():
    result = run_without(",".join(HIDDEN.values()), "import aelib; aelib.start()")
    last = result.stderr.splitlines()[-1]
    assert last.startswith("ImportError: neither framework is installed")
    assert ".[keras]" in last
    assert ".[torch]" in last
