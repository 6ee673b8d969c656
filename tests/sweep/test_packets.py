"""Rows of bytes out and in: cookies, packets, and whatever a stranger may send."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scanner.course import Target
from scanner.sweep.answers import ROW, read_icmp4, read_icmp6, read_tcp4, read_tcp6
from scanner.sweep.columns import U32, Bytes, Columns
from scanner.sweep.cookie import Cookies, siphash
from scanner.sweep.packets import syns4
from scanner.sweep.window import Window
from tests.sweep.wires import Heard, heard, reset, sound, syn_ack, unreachable

US, OUR_PORT = 0xC6130001, 40_000
TARGET4 = st.tuples(st.ip_addresses(v=4).map(str), st.integers(1, 65_535))


def rows(*packets: bytes) -> Bytes:
    """Lay packets out as a socket does, cut or padded to a row."""
    laid = b"".join(packet[:ROW].ljust(ROW, b"\0") for packet in packets)
    return np.frombuffer(laid, np.uint8).reshape(-1, ROW)


def numbered(*numbers: int) -> U32:
    """Build a column of sequence numbers."""
    return np.array(numbers, np.uint32)


def as_heard(row: Bytes) -> Heard:
    """Take a packet of ours apart, as a host would."""
    packet = heard(row.tobytes())
    assert packet is not None
    return packet


class TestCookies:
    """A keyed digest, and not one of our own invention."""

    def test_it_is_siphash(self) -> None:
        """The paper's own example: key 00..0f, message 00..0e, in appendix A."""
        words = struct.unpack("<2Q", bytes(range(15)) + b"\x0f")
        digest = siphash(bytes(range(16)), *(np.array([word], np.uint64) for word in words))

        assert digest.tolist() == [0xA129CA6149BE45E5]

    def test_another_key_another_cookie(self) -> None:
        """Nobody can prepare answers before the round."""
        about = Columns.of([("192.0.2.1", 80)])

        assert Cookies(bytes(16)).of(about) != Cookies(b"1" * 16).of(about)


class TestSyns:
    """What goes out is a SYN that a host accepts."""

    @given(target=TARGET4, number=st.integers(0, (1 << 32) - 1), source=st.integers(1, 2**32 - 1))
    def test_the_packet_says_what_it_was_told(
        self, target: Target, number: int, source: int
    ) -> None:
        """Addresses, ports, number and a checksum that holds, for any of them."""
        (row,) = syns4(Columns.of([target]), numbered(source), OUR_PORT, numbered(number))
        packet = as_heard(row)

        assert (packet.address, packet.port, packet.number) == (*target, number)
        assert (packet.sport, packet.flags, sound(packet)) == (OUR_PORT, 2, True)


class TestAnswers:
    """What comes in is read for what it says, or left out."""

    def test_an_answer_leads_back_to_its_number(self) -> None:
        """Open, closed and unreachable, about the endpoint that was sent to."""
        targets = [("192.0.2.1", 80), ("192.0.2.2", 443), ("192.0.2.3", 22)]
        numbers = numbered(1, 0xFFFFFFFF, 77)
        sent = syns4(Columns.of(targets), numbered(US, US, US), OUR_PORT, numbers)
        first, second, third = map(as_heard, sent)

        told = read_tcp4(rows(syn_ack(first), reset(second)), OUR_PORT)
        routed = read_icmp4(rows(unreachable(third, 1)), OUR_PORT)

        assert [*told.about.targets()] == targets[:2]
        assert (told.numbers.tolist(), told.codes.tolist()) == ([1, 0xFFFFFFFF], [1, 2])
        assert ([*routed.about.targets()], routed.numbers.tolist()) == (targets[2:], [77])

    @given(packets=st.lists(st.binary(max_size=ROW), min_size=1))
    def test_any_bytes_can_come_in(self, packets: list[bytes]) -> None:
        """Cut short, with lengths that lie, or random: nothing raises."""
        senders = np.zeros((len(packets), 16), np.uint8)

        read_tcp4(rows(*packets), OUR_PORT)
        read_tcp6(rows(*packets), senders, OUR_PORT)
        read_icmp4(rows(*packets), OUR_PORT)
        read_icmp6(rows(*packets), OUR_PORT)

    def test_options_before_tcp_are_stepped_over(self) -> None:
        """An IPv4 header may be up to 60 bytes long; beside one of 20 in the same lot."""
        (sent,) = syns4(Columns.of([("192.0.2.1", 80)]), numbered(US), OUR_PORT, numbered(5))
        plain = syn_ack(as_heard(sent))
        longest = b"\x4f" + plain[1:20] + bytes(40) + plain[20:]

        assert read_tcp4(rows(plain, longest), OUR_PORT).numbers.tolist() == [5, 5]


class TestWindow:
    """Endpoints under way: found by their number alone, and only by the right one."""

    def test_room_comes_back_in_order(self) -> None:
        """A settled endpoint frees its room when all older ones are settled."""
        window = Window(4, Cookies())
        numbers = window.admit(Columns.of([("192.0.2.1", port) for port in range(4)]))
        window.settle(numbers[1:3])
        assert (window.room, window.under_way) == (0, 2)

        window.settle(numbers[:1])
        assert (window.room, window.under_way) == (3, 1)

    @given(rounds=st.lists(st.integers(0, 16), max_size=40))
    def test_every_number_leads_to_its_endpoint(self, rounds: list[int]) -> None:
        """However often the room was used again, and however the lots fall into it."""
        window = Window(16, Cookies())
        for turn, count in enumerate(rounds):
            columns = Columns.of([(f"192.0.2.{turn}", port) for port in range(count)])
            numbers = window.admit(columns)
            known, genuine = window.known(columns, window.masked(numbers, columns))
            assert (known.tolist(), genuine.tolist()) == (numbers.tolist(), [True] * count)
            assert not window.known(columns, window.masked(numbers + 1, columns))[1].any()
            window.settle(numbers)

        assert (window.room, window.under_way) == (16, 0)
