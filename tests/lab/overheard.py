"""What the scanner said and heard in a round, from the wire: its own conversations, in clear."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from socket import inet_ntoa

from scanner.probe import About
from tests.lab.declared import Sender, undeclared
from tests.lab.packet import Packet, Place
from tests.lab.rounds import MARK
from tests.lab.talks import Talk, talks
from tests.lab.unsealed import Keys, is_tls, unsealed


@dataclass(frozen=True, slots=True)
class Overheard:
    """The conversations of one round; `in_tls` of them were opened, `sent` is as it was sent."""

    ours: Sequence[Talk]
    in_tls: int
    sent: int

    @property
    def requests(self) -> int:
        """How many turns the scanner had."""
        return sum(len(talk.asked) for talk in self.ours)

    def shows(self, text: str) -> bool:
        """Tell whether a text was said by anybody, as it is or in a common disguise."""
        return any(shows(turn.said, text) for talk in self.ours for turn in talk.turns)


def overheard(packets: Iterable[Packet], keys: Keys) -> Overheard:
    """Pick the scanner's conversations by the mark on its packets, and open those in TLS.

    Raises:
        Sealed: one of them cannot be opened.
    """
    ours = [talk for talk in talks(packets) if talk.mark == MARK]
    return Overheard(
        ours=[unsealed(one, keys) if is_tls(one) else one for one in ours],
        in_tls=sum(map(is_tls, ours)),
        sent=sum(len(said) for talk in ours for said in talk.asked),
    )


def strange(talk: Talk, abouts: Sequence[About]) -> Iterator[bytes]:
    """Give every turn of the client that is no ask of these probes, or what is left of it."""
    way = Sender(_address(talk.client), _address(talk.server))
    for said in talk.asked:
        if left := undeclared(said, abouts, way):
            yield left


def shows(said: bytes, text: str) -> bool:
    """Tell whether a text is in what was said or written, as it is or in a common disguise."""
    return any(one in said for one in _disguised(text))


def _address(place: Place) -> tuple[str, int]:
    return inet_ntoa(place[0]), place[1]


def _disguised(text: str) -> Iterator[bytes]:
    """Write a text as protocols do: in one byte or two a letter, in hexadecimal, in base64."""
    raw = text.encode()
    yield from (raw, text.encode("utf-16-le"), raw.hex().encode(), raw.hex().upper().encode())
    for before in range(3):  # where it stands in what was encoded shifts its letters
        whole = b64encode(bytes(before) + raw)
        yield whole[4 if before else 0 : -4]
