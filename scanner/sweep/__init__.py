"""Which of the planned endpoints are open, at the pace that the scope signed off."""

from scanner.sweep.answer import Observation, State, Tally
from scanner.sweep.connect import ConnectSweep
from scanner.sweep.pace import Pace

__all__ = ["ConnectSweep", "Observation", "Pace", "State", "Tally"]
