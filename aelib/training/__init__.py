"""What both frameworks share of a training: its plan, its loop, and the run that it leaves."""

from aelib.training.guard import NonFiniteError
from aelib.training.objective import warm_up
from aelib.training.players import Player
from aelib.training.run import Interrupted, Run

__all__ = ["Interrupted", "NonFiniteError", "Player", "Run", "warm_up"]
