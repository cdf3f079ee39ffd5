"""Models that a discriminator judges."""
