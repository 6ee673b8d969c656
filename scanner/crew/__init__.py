"""Several processes walk one round: each has a part of the rates, and a shard at a time or two."""

from scanner.crew.crew import Crew, crew_size, packed_orders
from scanner.crew.process import COMMAND

__all__ = ["COMMAND", "Crew", "crew_size", "packed_orders"]
