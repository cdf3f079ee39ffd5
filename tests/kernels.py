"""The kernels of nbval have no settings but these, whatever IPython's user has set."""

import os
import tempfile
from pathlib import Path

import pytest

# Nobody looks at the figures of the quick profile. Drawn small, without a layout, and once rather
# than first to find the box around them, they take two seconds less a chapter.
SETTINGS = """
c = get_config()
c.InlineBackend.print_figure_kwargs = {"bbox_inches": None, "dpi": 30}
c.HistoryManager.enabled = False
c.InteractiveShellApp.exec_lines = [
    "__import__('matplotlib.figure').figure.Figure.get_layout_engine = lambda figure: None",
]
"""
PROFILE = Path("profile_default", "ipython_kernel_config.py")


def pytest_configure(config):
    is_worker = hasattr(config, "workerinput")  # which has the variable from the process above it
    if os.environ.get("AELIB_PROFILE") != "quick" or is_worker:
        return
    folder = tempfile.TemporaryDirectory(prefix="ipython-")
    config.add_cleanup(folder.cleanup)
    settings = Path(folder.name, PROFILE)
    settings.parent.mkdir()
    settings.write_text(SETTINGS)
    patch = pytest.MonkeyPatch()
    patch.setenv("IPYTHONDIR", folder.name)
    config.add_cleanup(patch.undo)
