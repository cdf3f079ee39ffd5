"""The table at the end of a chapter, and the numbers behind it."""

import sys

import pytest

import aelib
from aelib.summary import MIME, summary
from aelib.training import Run

TERMS = {"reconstruction": [300.0, 235.2], "kl": [9.0, 10.5], "loss": [309.0, 245.7]}


@pytest.fixture
def run():
    return Run("Keras", None, {"train": {}, "valid": TERMS}, [4.0, 8.04], 269_504, 784, 2)


@pytest.fixture
def shown(monkeypatch):
    """`shown(...)` returns the cells of the table, row by row, and the numbers for programs."""
    displayed = []
    monkeypatch.setattr(
        sys.modules["aelib.summary"], "display", lambda data, raw: displayed.append(data)
    )

    def show(*args, **kwargs):
        summary(*args, **kwargs)
        lines = displayed[-1]["text/markdown"].splitlines()
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        return cells[:1] + cells[2:], displayed[-1][MIME]

    return show


def test_a_run_shows_its_loss_its_terms_and_its_cost(shown, run):
    cells, numbers = shown({"Keras": run}, {"mean image": 383.2})
    assert cells == [
        ["", "loss", "reconstruction", "kl", "parameters", "epochs", "seconds"],
        ["Keras", "245.7", "235.2", "10.5", "269,504", "2", "8"],
        ["mean image", "383.2", "–", "–", "–", "–", "–"],
    ]
    assert numbers["Keras"]["kl"] == 10.5
    assert numbers["mean image"] == {"loss": 383.2}


def test_a_loss_per_pixel_stands_beside_the_baselines_and_further_columns(shown, run):
    more = {"Keras": {"kNN": 0.825}, "PCA": {"kNN": 0.8}}
    cells, numbers = shown({"Keras": run}, {"PCA": 0.0157}, per_pixel="MSE", more=more)
    assert cells[0] == ["", "MSE per pixel", "kNN", "parameters", "epochs", "seconds"]
    assert cells[1] == ["Keras", "0.3", "0.825", "269,504", "2", "8"]
    assert cells[2] == ["PCA", "0.0157", "0.8", "–", "–", "–"]
    assert numbers["PCA"] == {"MSE per pixel": 0.0157, "kNN": 0.8}


def test_a_run_without_validation_shows_what_it_was_trained_on(shown, run):
    run.history = {"train": TERMS, "valid": {}}
    assert shown({"Keras": run})[1]["Keras"]["loss"] == 245.7


def test_it_is_what_pages_call():
    assert aelib.summary is summary
