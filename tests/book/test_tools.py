"""Running a chapter stores clean outputs and a record; and stored claims compare as they should."""

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from aelib.summary import MIME
from tools import chapters as table
from tools.run_chapter import PACKAGES, clean, code_hash, execute, main, record

ROOT = Path(__file__).parents[2]


def run(*command, **env):
    """Run a command at the root of the project."""
    given = {**os.environ, **env}
    return subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)


@pytest.fixture
def run_chapter(monkeypatch):
    """Return a function that runs the tool in this process, where it need not be imported again."""

    def run_with(*arguments):
        monkeypatch.setattr(sys, "argv", ["run_chapter", *map(str, arguments)])
        main()

    return run_with


def write(folder, *sources):
    path = folder / "chapter.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


SOURCES = (
    "import os, sys\nprint('to stdout')\nprint('to stderr', file=sys.stderr)",
    "print('again', flush=True)\nprint(os.environ['AELIB_PROFILE'], os.environ.get('AELIB_SEED'))",
)


def test_a_run_stores_clean_outputs_and_its_record(tmp_path):
    path = write(tmp_path, *SOURCES)
    command = sys.executable, "-m", "tools.run_chapter", str(path)
    result = run(*command, AELIB_PROFILE="cpu")
    assert result.returncode == 0, result.stderr
    notebook = nbformat.read(path, as_version=4)
    outputs = [[output.text for output in cell.outputs] for cell in notebook.cells]
    assert outputs == [["to stdout\n"], ["again\ncpu None\n"]]
    assert [cell.execution_count for cell in notebook.cells] == [1, 2]
    stored = notebook.metadata["aelib"]["run"]
    assert stored["code_hash"] == code_hash(notebook)
    assert stored["profile"] == "cpu"
    assert notebook.metadata.keys() == {"aelib", "kernelspec", "language_info"}


def test_the_first_cell_of_a_chapter_prints_three_lines_and_no_warning(tmp_path):
    """What a reader sees who runs it, before anything is cleaned away."""
    path = write(tmp_path, "import aelib\nlab = aelib.start()")
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    [cell] = execute(path, env).cells
    assert {output.name for output in cell.outputs} == {"stdout"}
    assert "".join(output.text for output in cell.outputs).count("\n") == 3


def test_another_seed_reaches_the_chapter_and_stores_nothing(tmp_path, run_chapter, capsys):
    path = write(tmp_path, "import os\nassert os.environ['AELIB_SEED'] == '3'")
    before = path.read_bytes()
    run_chapter("--seed", 3, path)
    assert "under seed 3" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_a_failing_chapter_fails_the_run_and_stores_nothing(tmp_path, run_chapter):
    path = write(tmp_path, "raise RuntimeError('a claim')")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match=r"RuntimeError[^\n]*: a claim"):
        run_chapter(path)
    assert path.read_bytes() == before


def test_a_missing_chapter_is_named(tmp_path, run_chapter):
    with pytest.raises(SystemExit, match="there is no chapter"):
        run_chapter(tmp_path / "nothing.ipynb")


def test_the_hash_follows_the_code_and_nothing_else():
    notebook = new_notebook(cells=[new_markdown_cell("text"), new_code_cell("x = 1")])
    before = code_hash(notebook)
    notebook.cells[0].source = "other text"
    notebook.cells[1].outputs = [new_output("stream", text="1")]
    notebook.cells[1].metadata["tags"] = ["keras"]
    assert code_hash(notebook) == before
    notebook.cells[1].source = "x = 2"
    assert code_hash(notebook) != before


def test_cleaning_removes_what_is_not_for_a_reader():
    streams = [new_output("stream", name=name, text=f"{name}\n") for name in ("stderr", "stdout")]
    cell = new_code_cell("1", outputs=streams, metadata={"execution": {}, "tags": ["keras"]})
    notebook = new_notebook(cells=[cell], metadata={"widgets": {}, "aelib": {"run": 1}, "x": 1})
    clean(notebook)
    assert cell.outputs == [streams[1]]
    assert cell.metadata == {"tags": ["keras"]}
    assert notebook.metadata.keys() == {"kernelspec", "language_info", "aelib"}


def test_a_figure_is_stored_smaller_and_looks_the_same():
    ramp = np.linspace(20, 230, 200)[None, :, None] * [1.0, 0.8, 0.6]
    noise = np.random.default_rng(0).normal(scale=3, size=(100, 200, 3))
    pixels = (ramp + noise).clip(0, 255).astype(np.uint8)
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "PNG")
    data = {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": "<Figure>"}
    cell = new_code_cell("1", outputs=[new_output("display_data", data=data)])
    clean(new_notebook(cells=[cell]))
    stored = base64.b64decode(cell.outputs[0].data["image/png"])
    assert len(stored) < len(png.getvalue())
    shown = np.asarray(Image.open(io.BytesIO(stored)).convert("RGB"), float)
    assert shown.shape == pixels.shape
    assert np.abs(shown - pixels).mean() < 10
    assert cell.outputs[0].data["text/plain"] == "<Figure>"


def test_a_record_says_how_the_outputs_came_about():
    notebook = new_notebook(cells=[new_code_cell("1")])
    record(notebook, seconds=12.6, profile="cpu")
    stored = notebook.metadata["aelib"]["run"]
    assert stored["seconds"] == 13
    assert stored["versions"].keys() == set(PACKAGES)
    names = {"profile", "seconds", "device", "versions", "date", "code_hash", "library"}
    assert stored.keys() == names


def test_the_numbers_of_the_summary_move_into_the_metadata():
    """The page keeps the table; what describes the chapter stays beside them."""
    data = {"text/markdown": "| a |", MIME: {"Keras": {"loss": 1.5}}}
    cell = new_code_cell("1", outputs=[new_output("display_data", data=data)])
    notebook = new_notebook(cells=[cell], metadata={"aelib": {"kind": "bench"}})
    record(notebook, seconds=1, profile="cpu")
    assert notebook.metadata["aelib"]["summary"] == {"Keras": {"loss": 1.5}}
    assert notebook.metadata["aelib"]["kind"] == "bench"
    assert cell.outputs[0].data == {"text/markdown": "| a |"}


def test_chapters_come_in_the_order_of_the_table_of_contents():
    toc = (ROOT / "_toc.yml").read_text()
    found = [str(path.with_suffix("")) for path in table.chapters()]
    assert found
    assert found == sorted(found, key=toc.index)
    assert set(table.chapters()) == {p.relative_to(ROOT) for p in ROOT.glob("book/**/*.ipynb")}


def test_nested_sections_are_chapters_too(tmp_path, monkeypatch):
    toc = {"root": "a", "parts": [{"chapters": [{"file": "b", "sections": [{"file": "c"}]}]}]}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc))
    for name in ("b.ipynb", "c.ipynb", "a.md"):
        (tmp_path / name).touch()
    monkeypatch.setattr(table, "ROOT", tmp_path)
    assert [str(path) for path in table.chapters()] == ["b.ipynb", "c.ipynb"]


def test_the_runners_get_their_chapters_as_json():
    result = run(sys.executable, "-m", "tools.chapters", "--json")
    assert json.loads(result.stdout) == [str(path) for path in table.chapters()]


def test_stored_claims_compare_equal_whether_they_were_checked_or_not(tmp_path):
    """The first cell prints the other mark, the second another text: one passes, one fails."""
    cells = [
        new_code_cell(
            f"print({printed!r})",
            execution_count=1,
            outputs=[new_output("stream", name="stdout", text="✓ it holds\n")],
            metadata={"tags": ["nbval-check-output"]},
        )
        for printed in ("○ it holds", "✓ it held")
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "claims.ipynb")
    settings = ["-c", "pyproject.toml", "--rootdir", str(tmp_path), "-p", "no:cacheprovider"]
    result = run(sys.executable, "-m", "pytest", *settings, str(tmp_path))
    assert "1 failed, 1 passed" in result.stdout, result.stdout
    assert "Cell 1: Cell outputs differ" in result.stdout
