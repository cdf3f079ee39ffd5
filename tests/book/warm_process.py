"""A process that has imported a framework, and runs chapters without importing it anew.

The packages to be blocked are hidden before its first import. It takes one chapter after another,
each in a namespace of its own. One that dies or hangs is replaced for the next chapter.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, Self

import pytest
from nbformat import NotebookNode

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RUNNER = HERE / "cell_runner.py"
BLOCKED = HERE / "blocked"
SECONDS_TO_START = 120


class ChapterFailed(pytest.fail.Exception):
    """A chapter did not run to its end. The message, which pytest shows alone, says where."""

    def __init__(self, message: str):
        super().__init__(message, pytrace=False)


class _Died(Exception):
    """The process has ended."""


class WarmProcess:
    """Run notebooks in one process, started with the first and kept for the next.

    Args:
        imports: what to import before the first notebook.
        blocked: the packages that cannot be imported.
        seconds_per_cell: a cell that takes longer hangs.
    """

    def __init__(
        self,
        imports: Sequence[str] = (),
        blocked: Sequence[str] = (),
        seconds_per_cell: float = 120,
    ):
        self.imports, self.blocked, self.limit = imports, blocked, seconds_per_cell
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def run(self, name: str, notebook: NotebookNode, folder: Path) -> float:
        """Run a notebook's code cells in a folder and return the CPU-seconds that they took.

        Raises `ChapterFailed` with the name, the cell's number (as Jupyter counts: the first is
        [1]), its source, and the traceback or the last output.
        """
        if self._process is None or self._process.poll() is not None:
            self._start()
        cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
        self._output.truncate(self._output.seek(0))
        self._connection.send((str(folder), cells))
        number = 1
        try:
            while (message := self._receive(self.limit))[0] == "cell":
                number = message[1]
        except TimeoutError:
            self._process.send_signal(signal.SIGUSR1)
            time.sleep(1)  # it needs a moment to write where it is
            self._stop()
            kind, value = f"took more than {self.limit:g} s", self._last_output()
        except _Died:
            code = self._process.wait()
            kind, value = f"ended the process (exit status {code})", self._last_output()
        else:
            kind, value = message
        if kind == "passed":
            return value
        raise ChapterFailed(f"{name}: cell [{number}] {kind}\n\n{cells[number - 1]}\n\n{value}")

    def _start(self) -> None:
        path = os.pathsep.join([str(BLOCKED), str(ROOT), os.environ.get("PYTHONPATH", "")])
        env = os.environ | {
            "AELIB_PROFILE": "quick",
            "AELIB_OFFLINE": "1",
            "AELIB_BLOCK_IMPORTS": ",".join(self.blocked),
            "PYTHONPATH": path,
        }
        self._connection, other_end = Pipe()
        self._output = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115 (kept open)
        self._process = subprocess.Popen(
            [sys.executable, "-u", str(RUNNER), str(other_end.fileno()), *self.imports],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            pass_fds=[other_end.fileno()],
        )
        other_end.close()
        try:
            self._receive(SECONDS_TO_START)
        except (TimeoutError, _Died):
            self._stop()
            raise ChapterFailed(f"the process did not start:\n{self._last_output()}") from None

    def _receive(self, limit: float) -> tuple[str, Any]:
        """Return the next message of the process, or raise `TimeoutError` or `_Died`."""
        assert self._process is not None
        deadline = time.monotonic() + limit
        while not self._connection.poll(1):
            # A process that it started may hold its end of the pipe open after its death.
            if self._process.poll() is not None and not self._connection.poll():
                raise _Died
            if time.monotonic() > deadline:
                raise TimeoutError
        try:
            return self._connection.recv()
        except (EOFError, ConnectionError) as error:
            raise _Died from error

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._connection.close()

    def _last_output(self) -> str:
        self._output.seek(0)
        return self._output.read()[-4000:]
