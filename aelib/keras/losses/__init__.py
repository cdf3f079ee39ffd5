"""Losses of each example: sums over what it has (pixels, codes), in nats where they are logs."""
