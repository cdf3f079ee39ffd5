"""What a test is about: one chapter, one type of model, or neither."""

from pathlib import Path

import pytest

CHAPTER, MODEL_TYPE = "chapter", "model type"
TESTS_OF_MODELS = Path(__file__).parent / "models"


def subject(item: pytest.Item) -> tuple[str, str] | None:
    """Return what kind of thing a test is about, and its name; None for what is shared.

    A test says so by its parameters: `chapter`, a path, or in `tests/models` `kind`, a class.
    """
    if item.path.suffix == ".ipynb":
        return CHAPTER, item.path.relative_to(item.config.rootpath).as_posix()
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if "chapter" in parameters:
        return CHAPTER, parameters["chapter"].as_posix()
    if "kind" in parameters and TESTS_OF_MODELS in item.path.parents:
        return MODEL_TYPE, str(parameters["kind"])
    return None


def scope(nodeid: str) -> str:
    """Return what stays on one worker with xdist's loadscope: a notebook, a module or a class."""
    return nodeid.rsplit("::", 1)[0]
