"""Models whose code is made of tokens."""
