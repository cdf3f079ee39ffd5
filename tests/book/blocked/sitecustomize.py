"""Hide the packages named in AELIB_BLOCK_IMPORTS, as if they were not installed.

Python imports this file at start-up when its folder is on PYTHONPATH. Finders return None instead
of raising, so that code that asks ``importlib.util.find_spec`` also sees a missing package.
"""

import os
import sys

HIDDEN = set(filter(None, os.environ.get("AELIB_BLOCK_IMPORTS", "").split(",")))


class HidingFinder:
    """A finder of ``sys.meta_path`` that does not find the hidden packages."""

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] in HIDDEN:
            return None
        return self.finder.find_spec(fullname, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)


if HIDDEN:
    sys.meta_path[:] = [HidingFinder(finder) for finder in sys.meta_path]
