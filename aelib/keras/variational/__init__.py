"""Models whose code is a distribution."""
