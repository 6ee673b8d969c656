"""The history: every finding, committed when it is made, and where it stands."""

from scanner.store.home import hold
from scanner.store.lock import RoundLock
from scanner.store.reading import Told
from scanner.store.refusals import StoreRefused
from scanner.store.retention import KEPT
from scanner.store.round import Round, Settled
from scanner.store.store import Store

__all__ = ["KEPT", "Round", "RoundLock", "Settled", "Store", "StoreRefused", "Told", "hold"]
