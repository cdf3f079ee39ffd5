"""Autoencoders in Keras and PyTorch under one contract.

This is the neutral side: it imports neither framework. Models live in the twins `aelib.keras` and
`aelib.torch`, which have the same files, names, signatures and meanings.
"""

from aelib.bridge import (
    classify,
    decode,
    encode,
    evaluate,
    features,
    posterior,
    reconstruct,
    reconstruction_error,
    sample,
)
from aelib.claims import ClaimFailed, claim
from aelib.data import Dataset, Scene, Sequences, Spectra, Split, load
from aelib.diffusion import draw_codes, linear_schedule, predict_noise
from aelib.lab import Lab, budget, profile, start
from aelib.source import show
from aelib.summary import summary
from aelib.table import table
from aelib.training import Interrupted, NonFiniteError, Player, Run, warm_up

__all__ = [
    "ClaimFailed",
    "Dataset",
    "Interrupted",
    "Lab",
    "NonFiniteError",
    "Player",
    "Run",
    "Scene",
    "Sequences",
    "Spectra",
    "Split",
    "budget",
    "claim",
    "classify",
    "decode",
    "draw_codes",
    "encode",
    "evaluate",
    "features",
    "linear_schedule",
    "load",
    "posterior",
    "predict_noise",
    "profile",
    "reconstruct",
    "reconstruction_error",
    "sample",
    "show",
    "start",
    "summary",
    "table",
    "warm_up",
]
