"""Packets put together to conversations: who said what to whom, turn by turn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.lab.packet import UDP, Packet, Place

_SEQUENCES = 1 << 32


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said until the other side spoke."""

    said: bytes
    by_client: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One connection, or one datagram; the client is whoever began it, `mark` is on its packets."""

    protocol: int
    mark: int
    client: Place
    server: Place
    turns: Sequence[Turn]

    @property
    def asked(self) -> Sequence[bytes]:
        """What the client said, a turn each."""
        return [turn.said for turn in self.turns if turn.by_client]


@dataclass(slots=True)
class _Open:
    """A connection that is still heard; `heard` is where each side's next byte belongs."""

    first: Packet
    turns: list[Turn] = field(default_factory=list)
    heard: dict[Place, int] = field(default_factory=dict)

    def hear(self, packet: Packet) -> None:
        """Add what is new in a packet: a byte that was sent twice was said once."""
        due = self.heard.setdefault(packet.source, packet.sequence)
        behind = (due - packet.sequence) % _SEQUENCES
        again = behind if behind < _SEQUENCES // 2 else 0
        said, by_client = packet.payload[again:], packet.source == self.first.source
        if not said:
            return
        self.heard[packet.source] = (packet.sequence + len(packet.payload)) % _SEQUENCES
        if self.turns and self.turns[-1].by_client is by_client:
            said = self.turns.pop().said + said
        self.turns.append(Turn(said, by_client))


def talks(packets: Iterable[Packet]) -> Sequence[Talk]:
    """Put packets together; a connection whose beginning was not heard is its first speaker's."""
    found: list[_Open] = []
    under_way: dict[frozenset[Place], _Open] = {}
    for packet in packets:
        ends = frozenset({packet.source, packet.target})
        if packet.opens or packet.protocol == UDP or ends not in under_way:
            under_way[ends] = _Open(packet)
            found.append(under_way[ends])
        if packet.opens:
            under_way[ends].heard[packet.source] = (packet.sequence + 1) % _SEQUENCES
        else:
            under_way[ends].hear(packet)
    return [_closed(one) for one in found]


def _closed(one: _Open) -> Talk:
    first = one.first
    return Talk(first.protocol, first.mark, first.source, first.target, tuple(one.turns))
