"""Keep TensorFlow's start-up notes off the page."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def start_up_notes_hidden() -> Iterator[None]:
    """Send what the process writes to standard error nowhere, for the length of a `with` block.

    TensorFlow prints some of its notes past its own setting, TF_CPP_MIN_LOG_LEVEL. Where that is 0
    or 1 nothing is hidden; where it is not set it becomes 2. Exceptions pass as always.
    """
    wanted = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2") in ("0", "1")
    if wanted or sys.__stderr__ is None:  # a process may run without a standard error
        yield
        return
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
