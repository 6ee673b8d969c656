"""Who of many may be sent to now: the pace's three limits, for a thousand SYNs at a time."""

import numpy as np
from numpy.typing import NDArray

from scanner.sweep.bucket import GRAIN
from scanner.sweep.columns import Columns, network_order
from scanner.sweep.pace import LINK_BYTES, NET_BYTES, Pace
from scanner.sweep.spacing import Spacing

#: Where an IPv4 address begins in its mapped form of 16 bytes.
_V4_AT = 12


class Turns:
    """Holds a sweep's SYNs to the pace of hosts and subnets; conversations keep to the same one.

    The rest of most hosts is watched here, in columns. Only where a host is marked, because it is
    spoken with or shows strain, is the pace asked about the host itself: that is rare.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._spacing = Spacing(pace.spacing, pace.per_second)

    def mark(self, columns: Columns) -> None:
        """Have the pace asked about these hosts from now on."""
        self._spacing.mark(columns)

    def waits(self, columns: Columns, now: float) -> NDArray[np.float64]:
        """Give the seconds until each may be sent to; who has 0.0 has taken a turn and is next."""
        waits = self._spacing.waits(columns, now)
        waits[waits < GRAIN] = 0.0
        marked = self._marked(columns)
        for place, address in marked.items():
            if waits[place] == 0.0:
                waits[place] = self._pace.rest(address, now)
        if self._pace.bounds_subnets:
            free = np.flatnonzero(waits == 0.0)
            waits[free] = self._pace.take_in_subnets(_subnets(columns[free]), now)
        return waits

    def sent(self, columns: Columns, now: float) -> None:
        """Let hosts rest from now on: the last of them has just been sent to."""
        self._spacing.rest(columns, now)
        for address in self._marked(columns).values():
            self._pace.note(address, now)

    def _marked(self, columns: Columns) -> dict[int, str]:
        places = np.flatnonzero(self._spacing.marked(columns))
        addresses = (address for address, _ in columns[places].targets())
        return dict(zip(places.tolist(), addresses, strict=True))


def _subnets(columns: Columns) -> list[bytes]:
    """Name the subnet of each as the pace does."""
    packed = network_order(columns).tobytes()
    return [
        packed[at + _V4_AT : at + _V4_AT + NET_BYTES] if v4 else packed[at : at + LINK_BYTES]
        for at, v4 in zip(range(0, len(packed), 16), columns.v4.tolist(), strict=True)
    ]
