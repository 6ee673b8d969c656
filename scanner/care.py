"""How much a device bears that a stray connection can disturb: pure, but for its book.

The numbers are from what such devices are known to suffer. An interface engine accepts ten
connections at a time by default and never times out on a silent one; old modalities accept one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scanner.model import AssetClass
from scanner.plan import Skip
from scanner.way import Noted, Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What one device is asked to bear in one round. Times in seconds.

    `sockets` is how many are opened to one of its ports at most, one after the other; `rest` is
    between the end of one and the beginning of the next; `held` is how long a connection lasts,
    `connect` of it until it stands; after so many `misses` the device is left alone, and after one
    reset always. `other_transport` tells whether a port that does not understand is tried again in
    TLS, or without.
    """

    sockets: int
    rest: float
    held: float
    connect: float
    misses: int
    other_transport: bool


#: A lost SYN is repeated after a second, so that a second attempt fits into `connect`.
CARE: Mapping[AssetClass, Care] = MappingProxyType(
    {
        AssetClass.MEDICAL: Care(
            sockets=3, rest=5.0, held=3.0, connect=2.0, misses=2, other_transport=False
        ),
        # Pages of a printer's small web server take seconds, and it may close after each.
        AssetClass.PRINTER: Care(
            sockets=6, rest=2.0, held=10.0, connect=2.0, misses=2, other_transport=True
        ),
    }
)


class Budget:
    """What is left of what one device bears. `note` writes down each sign, before it counts.

    `before` is what was noted in this round by a process that is no more. The clock is the
    caller's, in seconds.
    """

    def __init__(
        self, care: Care, note: Callable[[int, Sign], None], before: Iterable[Noted], now: float
    ) -> None:
        self.care = care
        self._note = note
        noted = Counter(before)
        self._sockets = Counter(
            {port: count for (port, sign), count in noted.items() if sign is Sign.SOCKET}
        )
        self._signs = Counter(sign for _, sign in noted.elements())
        #: When its last socket was closed; nobody knows when that was before we were continued.
        self._left = now if noted else None

    def why_not(self, port: int) -> Skip | None:
        """Say why a port is left alone from now on, or None if it may have another socket."""
        if self._signs[Sign.RESET]:
            return Skip.RESET
        if self._signs[Sign.MISS] >= self.care.misses:
            return Skip.SILENT
        return Skip.SPENT if self._sockets[port] >= self.care.sockets else None

    def spend(self, port: int) -> None:
        """Count a socket that is about to be opened."""
        self._note(port, Sign.SOCKET)
        self._sockets[port] += 1
        self._signs[Sign.SOCKET] += 1

    def saw(self, port: int, sign: Sign) -> None:
        """Count a sign of strain."""
        self._signs[sign] += 1
        self._note(port, sign)

    def left(self, now: float) -> None:
        """Let it rest from now on."""
        self._left = now

    def rest(self, now: float) -> float:
        """Give the seconds until it is rested; 0.0 is now."""
        return 0.0 if self._left is None else max(0.0, self._left + self.care.rest - now)
