"""Which of the planned endpoints are open, at the pace that the scope signed off."""

from scanner.sweep.answer import Observation, State, Tally
from scanner.sweep.choose import Means, Sweep, choose_sweep, why_no_syns
from scanner.sweep.connect import ConnectSweep
from scanner.sweep.datagrams import DatagramSweep
from scanner.sweep.listed import ListedSweep
from scanner.sweep.pace import Pace

__all__ = [
    "ConnectSweep",
    "DatagramSweep",
    "ListedSweep",
    "Means",
    "Observation",
    "Pace",
    "State",
    "Sweep",
    "Tally",
    "choose_sweep",
    "why_no_syns",
]
