"""The deterministic models, and what is built on their codes."""
