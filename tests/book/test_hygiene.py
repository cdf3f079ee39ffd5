"""What a chapter stores: clean outputs, of the code that it shows, and a record of the run."""

import datetime
import json
import re

import pytest

from tools.chapters import ROOT, chapters
from tools.run_chapter import PACKAGES, code_hash

KILOBYTES = 600
ABSOLUTE_PATH = re.compile(r"(?<![\w.:/])/(?:home|root|work|tmp|usr|opt|var|mnt|Users)/|[A-Z]:\\")
SCRIPT = re.compile(r"<script|javascript:", re.IGNORECASE)
WIDGET = "application/vnd.jupyter.widget"

pytestmark = pytest.mark.parametrize("chapter", chapters(), ids=str)


@pytest.fixture
def outputs(code_cells):
    return [output for cell in code_cells for output in cell.outputs]


def texts(output):
    """Return every piece of text that an output holds, by its type; pictures are left out."""
    pieces = {"stream": output.get("text", "")}
    for kind, content in output.get("data", {}).items():
        if not kind.startswith("image/"):
            pieces[kind] = content if isinstance(content, str) else json.dumps(content)
    return pieces


def test_every_cell_was_run_once_from_top_to_bottom(code_cells):
    counts = [cell.execution_count for cell in code_cells]
    assert counts == list(range(1, len(code_cells) + 1))


def test_no_output_is_an_error_or_stderr(outputs):
    kinds = {(output.output_type, output.get("name")) for output in outputs}
    assert not {kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"}


def test_no_output_shows_a_path_of_this_machine(outputs):
    for output in outputs:
        for text in texts(output).values():
            assert not ABSOLUTE_PATH.search(text), text


def test_no_output_holds_a_script(outputs):
    for output in outputs:
        for kind, text in texts(output).items():
            assert "javascript" not in kind
            assert not SCRIPT.search(text), text


def test_no_widget_state_is_stored(notebook, outputs):
    assert "widgets" not in notebook.metadata
    assert not [kind for output in outputs for kind in texts(output) if kind.startswith(WIDGET)]


def test_it_is_small(chapter):
    assert (ROOT / chapter).stat().st_size <= 1000 * KILOBYTES


def test_it_stores_no_details_of_the_kernel(notebook):
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}
    assert not any("execution" in cell.metadata for cell in notebook.cells)


def test_its_outputs_are_those_of_its_code(chapter, notebook):
    stored = notebook.metadata.get("aelib", {}).get("run", {}).get("code_hash")
    assert stored == code_hash(notebook), f"run it again: make run CHAPTER={chapter}"


def test_its_run_is_on_record(notebook):
    run = notebook.metadata["aelib"]["run"]
    assert run["profile"] == "cpu"
    assert 0 < run["seconds"] <= 120
    assert run["device"]
    assert run["versions"].keys() == set(PACKAGES)
    assert all(re.match(r"\d+\.\d+", version) for version in run["versions"].values())
    assert datetime.date.fromisoformat(run["date"])


def test_what_is_compared_at_every_run_was_stored(code_cells):
    for cell in code_cells:
        if "nbval-check-output" in cell.metadata.get("tags", []):
            assert cell.outputs, cell.source


def test_stored_claims_were_checked(outputs):
    for output in outputs:
        assert not re.search(r"^○", output.get("text", ""), flags=re.MULTILINE)


def test_it_shows_the_real_data(outputs):
    assert not any("stand in for" in text for output in outputs for text in texts(output).values())
