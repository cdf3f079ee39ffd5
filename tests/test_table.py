"""`table` displays rows as Markdown."""

import importlib

import pytest

import aelib

ROWS = {
    "Keras": {"MSE": "0.01", "seconds": "3.2"},
    "PCA": {"MSE": "0.02", "codes": 30},
}


@pytest.fixture
def displayed(monkeypatch):
    """`displayed(...)` returns the lines of the table that `table` displays."""
    items = []
    monkeypatch.setattr(importlib.import_module("aelib.table"), "display", items.append)

    def table(*args, **kwargs):
        aelib.table(*args, **kwargs)
        [item] = items
        return item.data.splitlines()

    return table


def test_columns_come_in_the_order_of_their_first_use(displayed):
    assert displayed(ROWS) == [
        "| | MSE | seconds | codes |",
        "|:--|--:|--:|--:|",
        "| Keras | 0.01 | 3.2 | – |",
        "| PCA | 0.02 | – | 30 |",
    ]


def test_columns_can_be_chosen(displayed):
    assert displayed(ROWS, columns=["codes", "MSE"]) == [
        "| | codes | MSE |",
        "|:--|--:|--:|",
        "| Keras | – | 0.01 |",
        "| PCA | 30 | 0.02 |",
    ]
