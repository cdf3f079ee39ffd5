"""Models from after 2020, and generators of codes."""
