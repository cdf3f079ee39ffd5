"""Autoencoders in Keras and PyTorch under one contract.

This is the neutral side: it imports neither framework. Models live in the twins `aelib.keras` and
`aelib.torch`, which have the same files, names, signatures and meanings.
"""

from aelib.bridge import decode, encode, posterior, reconstruct, sample
from aelib.claims import ClaimFailed, claim
from aelib.data import Dataset, Split, load
from aelib.lab import Lab, budget, profile, start
from aelib.source import show
from aelib.table import table
from aelib.training import NonFiniteError, Run

__all__ = [
    "ClaimFailed",
    "Dataset",
    "Lab",
    "NonFiniteError",
    "Run",
    "Split",
    "budget",
    "claim",
    "decode",
    "encode",
    "load",
    "posterior",
    "profile",
    "reconstruct",
    "sample",
    "show",
    "start",
    "table",
]
