"""Chapters that share a process do not notice each other, and a failure says where it happened."""

import re
import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.book.warm_process import ChapterFailed, WarmProcess


def chapter(*sources):
    cells = [new_markdown_cell("# Title"), *map(new_code_cell, sources)]
    return new_notebook(cells=cells)


@pytest.fixture(scope="module")
def process():
    with WarmProcess(seconds_per_cell=3) as process:
        yield process


@pytest.fixture
def run(process, tmp_path):
    """`run(*sources)` runs a chapter of these cells, in a folder of its own."""
    return lambda *sources: process.run("book/one.ipynb", chapter(*sources), tmp_path)


def failure(run, *sources):
    with pytest.raises(ChapterFailed) as caught:
        run(*sources)
    return str(caught.value)


def test_cells_may_hold_what_a_notebook_may_hold(run):
    run(
        "import matplotlib.pyplot as plt\nfrom IPython.display import Markdown, display",
        "figure, ax = plt.subplots()\ndisplay(Markdown('*text*'), figure)\nfigure",
        "%precision 3",
        "await __import__('asyncio').sleep(0)",
        "assert __name__ == '__main__'\nassert Out[2] is figure",
    )


FAILURES = {
    "exception": ("boil()", r"----> 1 boil\(\)[^$]*RuntimeError: too hot\n*$"),
    "syntax": ("x = = 1", r"SyntaxError: invalid syntax\n*$"),
    "magic": ("%no_such_magic", r"`%no_such_magic` not found"),
    "exit": ("raise SystemExit(0)", r"SystemExit: 0\n*$"),
    "display": ("Unshowable()", r"RuntimeError: too hot\n*$"),
    "input": ("input()", r"EOFError"),
}


@pytest.mark.parametrize(("bad", "wanted"), FAILURES.values(), ids=FAILURES)
def test_a_failing_cell_is_shown_with_its_traceback(run, bad, wanted):
    setup = """
def boil():
    raise RuntimeError("too hot")

class Unshowable:
    def _repr_markdown_(self):
        boil()
"""
    message = failure(run, setup, bad, "after = 1")
    assert message.startswith(f"book/one.ipynb: cell [2] failed\n\n{bad}\n\n")
    assert re.search(wanted, message)
    run("assert 'boil' not in globals()")


def test_a_hanging_cell_is_shown_with_the_place_where_it_hangs(run):
    message = failure(run, "import time", "def wait():\n    time.sleep(1000)", "wait()")
    assert message.startswith("book/one.ipynb: cell [3] took more than 3 s\n\nwait()\n\n")
    assert "in wait" in message
    run("assert 'time' not in globals()")


DEATHS = {
    "crash": ("os.kill(os.getpid(), 11)", "-11"),
    "exit": ("os._exit(3)", "3"),
    "exit with a child alive": ("os.fork() or time.sleep(30)\nos._exit(0)", "0"),
}


@pytest.mark.parametrize(("death", "status"), DEATHS.values(), ids=DEATHS)
def test_a_process_that_dies_is_noticed_at_once(run, death, status):
    run("started = True")
    start = time.monotonic()
    message = failure(run, "import os, time\nprint('last words')", death)
    assert time.monotonic() - start < 15
    assert message.startswith(f"book/one.ipynb: cell [2] ended the process (exit status {status})")
    assert death in message
    assert message.rstrip().endswith("last words")
    run("assert 'os' not in globals()")


@pytest.mark.parametrize(
    ("leave", "check"),
    [
        ("name = 1", "assert 'name' not in globals()"),
        ("1 + 1", "assert not Out"),
        (
            "import matplotlib.pyplot as plt; plt.figure(); plt.rcParams['lines.linewidth'] = 9",
            "import matplotlib.pyplot as plt\n"
            "assert not plt.get_fignums() and plt.rcParams['lines.linewidth'] < 9",
        ),
        (
            "import os; os.environ['AELIB_SEED'] = '7'",
            "import os; assert not os.getenv('AELIB_SEED')",
        ),
        ("import os; os.chdir('/')", "import os; assert os.getcwd() != '/'"),
        (
            "import numpy as np; np.seterr(all='raise'); np.set_printoptions(precision=1)",
            "import numpy as np; np.ones(1) / 0; assert '0.123' in str(np.array([0.123]))",
        ),
        (
            "import warnings; warnings.simplefilter('error')",
            "import warnings; warnings.warn('only a warning')",
        ),
    ],
    ids=["names", "outputs", "figures", "environment", "folder", "numpy", "warnings"],
)
def test_a_chapter_leaves_nothing_to_the_next(run, leave, check):
    run(leave)
    run(check)


def test_a_process_that_cannot_start_says_why(tmp_path):
    with (
        WarmProcess(imports=("no_such_module",)) as process,
        pytest.raises(ChapterFailed) as caught,
    ):
        process.run("book/one.ipynb", chapter("1"), tmp_path)
    assert "did not start" in str(caught.value)
    assert "No module named 'no_such_module'" in str(caught.value)
