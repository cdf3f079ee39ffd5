"""How long this machine takes for a piece of work that never changes, beside a usual one.

A second is worth less on a slow core, and on one that shares its caches with a busy one. So limits
of time are multiplied by the pace: how many times as long as usual the work took, at least 1. A
fast core keeps the limits.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import mean

# What `exercise` takes on a core that the limits are for, and how often it is timed.
USUAL_SECONDS = 0.04
SECONDS_BETWEEN = 5.0


def exercise() -> float:
    """Return the CPU-seconds that a piece of work takes which never changes."""
    start = time.thread_time()
    texts = {}
    for number in range(300_000):
        texts[number % 1024] = str(number)
    return time.thread_time() - start


def pace_of(paces: Sequence[float]) -> float:
    """Return the pace of a machine, from what `exercise` took beside the usual, again and again."""
    return max(1.0, mean(paces or [1.0]))


@contextmanager
def timed_meanwhile() -> Iterator[list[float]]:
    """Time the work every few seconds for the length of a `with` block, beside the usual."""
    paces: list[float] = []
    over = threading.Event()

    def work() -> None:
        while not over.wait(SECONDS_BETWEEN):
            paces.append(exercise() / USUAL_SECONDS)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield paces
    finally:
        over.set()
        thread.join()
