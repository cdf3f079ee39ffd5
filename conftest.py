"""The course's own plugins of pytest."""

pytest_plugins = ["tests.budget", "tests.distribution", "tests.kernels"]
