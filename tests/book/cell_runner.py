"""Run the code of one chapter after another in this process, each as if it were the first.

`warm_process.py` starts this file, with its end of a pipe and the modules that are to be imported
before the first chapter. It answers `(folder, cells)` with `("cell", number)` before each cell, and
then with `("passed", seconds of CPU)` or `("failed", traceback)`.
"""

import contextlib
import faulthandler
import gc
import importlib
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from multiprocessing.connection import Connection
from unittest import mock

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class Shell(InteractiveShell):
    """IPython, as the kernel of a notebook has it; it keeps the last traceback and prints none."""

    traceback = ""

    def _showtraceback(self, etype, evalue, stb):
        self.traceback = "\n".join(stb)


def new_shell() -> Shell:
    """Start IPython, which keeps no history and does not color its tracebacks.

    Figures are made and not drawn: that takes a second a chapter, and the run in a kernel does it.
    """
    mpl.use("agg")
    config = Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "nocolor"})
    return Shell.instance(config=config)


@contextlib.contextmanager
def settings_of_its_own(folder: str) -> Iterator[None]:
    """Give back on leaving what a chapter may set for the whole process."""
    with (
        contextlib.chdir(folder),
        mock.patch.dict(os.environ),
        mpl.rc_context(),
        np.errstate(),
        np.printoptions(),
        warnings.catch_warnings(),
    ):
        yield


def forget(shell: Shell) -> None:
    """Drop everything that a chapter made.

    Seeds are not restored: a chapter sets them in its first cell, with `aelib.start`. That embedded
    data stood in for a data set is remembered by `aelib`, which is of no account here: in the quick
    profile it stands in for each of them, and the claims that this would silence are silent anyway.
    """
    shell.reset()
    shell.traceback = ""
    plt.close("all")
    if "keras" in sys.modules:  # else its layers are counted on: dense_17, where a kernel has dense
        sys.modules["keras"].backend.clear_session()
    gc.collect()


def cpu_seconds() -> float:
    """Return the CPU time of this process and of those that it started and waited for."""
    return sum(os.times()[:4])


def run(shell: Shell, cells: list[str], connection: Connection) -> tuple[str, object]:
    """Run the cells in turn, up to the first that fails, and return the answer."""
    start = cpu_seconds()
    for number, source in enumerate(cells, start=1):
        connection.send(("cell", number))
        result = shell.run_cell(source, store_history=True)
        # Where IPython cannot display what a cell returns, the traceback is all that tells.
        if shell.traceback or not result.success:
            return "failed", shell.traceback or repr(result.error_in_exec)
    return "passed", cpu_seconds() - start


def main() -> None:
    """Answer until the other end of the pipe is closed."""
    descriptor, *modules = sys.argv[1:]
    os.set_inheritable(int(descriptor), False)  # else the pipe outlives this process in another
    connection = Connection(int(descriptor))
    faulthandler.register(signal.SIGUSR1)  # says where a cell hangs
    shell = new_shell()
    for module in modules:
        importlib.import_module(module)
    connection.send(("ready", None))
    with contextlib.suppress(EOFError):
        while True:
            folder, cells = connection.recv()
            with settings_of_its_own(folder):
                answer = run(shell, cells, connection)
            forget(shell)
            connection.send(answer)


if __name__ == "__main__":
    main()
