"""How packets become conversations: in turns, each byte once, whoever speaks first."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from tests.lab.packet import TCP, UDP, Packet, parsed
from tests.lab.talks import Turn, talks

CLIENT, SERVER = (b"\x7f\0\0\1", 40_000), (b"\x7f\0\0\1", 6_379)
START = (1 << 32) - 3  # so that the places of the bytes run over within the first words


def packet(said: bytes, place: int, *, by_client: bool = True, opens: bool = False) -> Packet:
    """A packet of one connection."""
    ends = (CLIENT, SERVER) if by_client else (SERVER, CLIENT)
    return Packet(TCP, 52, *ends, place % (1 << 32), said, opens=opens)


def test_a_conversation_is_told_in_turns() -> None:
    """What is cut into packets is one turn until the other side speaks."""
    heard = [
        packet(b"", START, opens=True),
        packet(b"PI", START + 1),
        packet(b"NG", START + 3),
        packet(b"PONG", 9, by_client=False),
        packet(b"QUIT", START + 5),
    ]
    (talk,) = talks(heard)

    assert (talk.mark, talk.client, talk.server) == (52, CLIENT, SERVER)
    assert talk.turns == (
        Turn(b"PING", by_client=True),
        Turn(b"PONG", by_client=False),
        Turn(b"QUIT", by_client=True),
    )
    assert talk.asked == [b"PING", b"QUIT"]


def test_bytes_that_were_sent_twice_were_said_once() -> None:
    """A repeated packet, one that repeats a part, and a sign of life add nothing old."""
    heard = [
        packet(b"", START, opens=True),
        packet(b"PING", START + 1),
        packet(b"PING", START + 1),
        packet(b"NG PING", START + 3),
        packet(b"G", START + 9),
    ]
    (talk,) = talks(heard)

    assert talk.asked == [b"PING PING"]


def test_a_port_that_is_used_again_is_another_conversation() -> None:
    """A connection begins where it is opened."""
    heard = [
        packet(b"", 7, opens=True),
        packet(b"one", 8),
        packet(b"", 99, opens=True),
        packet(b"two", 100),
    ]

    assert [talk.asked for talk in talks(heard)] == [[b"one"], [b"two"]]


def test_each_datagram_is_a_conversation() -> None:
    """Two of them are never read as one."""
    heard = [Packet(UDP, 52, CLIENT, SERVER, 0, said) for said in (b"one", b"two")]

    assert [talk.asked for talk in talks(heard)] == [[b"one"], [b"two"]]


def test_a_packet_is_read_from_its_header_on() -> None:
    """Mark, ends, place and payload stand where RFC 791 and RFC 9293 put them."""
    tcp = struct.pack("!HHIIBBHHH", 40_000, 6_379, 77, 0, 5 << 4, 0x02, 0, 0, 0)
    ip = struct.pack("!BBHHHBBH", 0x45, 52, 44, 0, 0, 64, TCP, 0) + CLIENT[0] + SERVER[0]

    assert parsed(ip + tcp + b"PINGpadding") == Packet(
        TCP, 52, CLIENT, SERVER, 77, b"PING", opens=True
    )
    assert parsed(b"\x60" + bytes(39)) is None


@given(st.lists(st.binary(min_size=1, max_size=20), max_size=8))
def test_nothing_that_was_said_is_lost(words: list[bytes]) -> None:
    """However it was cut, the whole is the sum of its parts."""
    places = [START + 1 + sum(map(len, words[:n])) for n in range(len(words))]
    heard = [packet(one, place) for one, place in zip(words, places, strict=True)]
    (talk,) = talks([packet(b"", START, opens=True), *heard])

    assert b"".join(talk.asked) == b"".join(words)
