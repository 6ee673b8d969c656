"""Hosts that answer on every port: a firewall, a SYN proxy or a decoy, and no thousand services.

Such a host is labelled, never dropped. From then on it is asked only where a protocol's own
handshake tells a service from an echo; a web page that answers everywhere proves nothing.
"""

from collections.abc import Awaitable, Callable, Collection
from random import Random

from scanner.denied import DENIED
from scanner.model import Endpoint

#: Canary ports lie above what systems hand out on their own (Linux stops at 60,999), where no
#: registered service listens.
CANARY_PORTS = range(61_000, 65_500)

#: A host that answers on fewer canaries than this may just have an odd service there.
CANARIES = 2

#: Hosts with fewer open ports than this are not knocked on any further.
SUSPECT = 3

#: Hosts with an open port that are remembered, some 30 MB. The oldest is forgotten first.
REMEMBERED = 1 << 18

#: Instead of a count: the host is labelled.
LABELLED = -1

Knock = Callable[[Endpoint], Awaitable[bool]]


class CatchAll:
    """Counts the open ports of each host, and labels the hosts that have too many.

    `knock` connects to an endpoint, says nothing and tells whether it was open.
    """

    def __init__(self, *, max_open_ports: int, canaries: Collection[int], knock: Knock) -> None:
        self._max_open_ports = max_open_ports
        self._canaries = canaries
        self._knock = knock
        self._open: dict[str, int] = {}

    def labels(self, address: str) -> bool:
        """Tell whether a host is labelled already."""
        return self._open.get(address) == LABELLED

    async def saw_open(self, address: str) -> bool:
        """Count an open port, and tell whether its host is labelled; one call a host at a time."""
        count = self._open.get(address, 0)
        if count == LABELLED:
            return True
        count += 1
        if len(self._open) >= REMEMBERED and address not in self._open:
            del self._open[next(iter(self._open))]
        self._open[address] = count
        if count > self._max_open_ports or (count == SUSPECT and await self._sings(address)):
            self._open[address] = LABELLED
            return True
        return False

    async def _sings(self, address: str) -> bool:
        """Tell whether all canaries answer; the first one that does not ends the knocking."""
        for port in self._canaries:
            if not await self._knock(Endpoint(address=address, port=port)):
                return False
        return True


def canaries(seed: int, planned: Collection[int]) -> tuple[int, ...]:
    """Choose the canary ports of a round: none that is planned, none that is denied."""
    free = [port for port in CANARY_PORTS if port not in planned and port not in DENIED]
    return tuple(Random(seed).sample(free, CANARIES))  # noqa: S311 - no secret
