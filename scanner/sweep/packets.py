"""SYN packets as rows of bytes, thousands at a time; nothing here touches a socket.

Layouts: IPv4 [RFC 791, 3.1], TCP [RFC 9293, 3.1].
"""

import struct

import numpy as np

from scanner.sweep.columns import U16, U32, Bytes, Columns, network_order

#: Bytes of a SYN with its one option, the largest segment we would take: there are hosts and
#: middleboxes that drop a SYN without it.
TCP_LENGTH = 24
IPV4_LENGTH = 20

#: Where the checksum stands in a TCP header.
TCP_CHECKSUM = 16

TCP = 6
_SYN = 0x02
_TTL = 64
_DO_NOT_FRAGMENT = 0x4000

#: What any IPv6 path carries [RFC 8200, 5], less both headers. It only has to be plausible: not a
#: byte follows the handshake.
_MAX_SEGMENT = 1_220
_WINDOW = 64_240


def syns4(columns: Columns, sources: U32, our_port: int, numbers: U32) -> Bytes:
    """Build whole IPv4 packets, one a row; the kernel fills in length, identification, checksum."""
    header = struct.pack(">BBHHHBBHII", 0x45, 0, 0, 0, _DO_NOT_FRAGMENT, _TTL, TCP, 0, 0, 0)
    rows = _rows(header + _blank_syn(our_port), len(columns))
    there = columns.low.astype(np.uint32)
    rows[:, 12:16] = _bytes(sources, ">u4")
    rows[:, 16:20] = _bytes(there, ">u4")
    _fill(rows[:, IPV4_LENGTH:], columns.ports, numbers)
    checksum = _checksum4(our_port, sources, there, numbers, columns.ports)
    rows[:, IPV4_LENGTH + TCP_CHECKSUM :][:, :2] = _bytes(checksum, ">u2")
    return rows


def syns6(columns: Columns, our_port: int, numbers: U32) -> Bytes:
    """Build TCP headers, one a row; the kernel adds the IPv6 header and the checksum."""
    rows = _rows(_blank_syn(our_port), len(columns))
    _fill(rows, columns.ports, numbers)
    return rows


def addresses4(columns: Columns) -> Bytes:
    """Give IPv4 addresses in network order, 4 bytes a row."""
    return _bytes(columns.low.astype(np.uint32), ">u4")


def addresses6(columns: Columns) -> Bytes:
    """Give IPv6 addresses in network order, 16 bytes a row."""
    return network_order(columns).view(np.uint8).reshape(-1, 16)


def _blank_syn(our_port: int) -> bytes:
    """Give a SYN without destination, number and checksum."""
    length_in_words = TCP_LENGTH // 4 << 4
    header = (our_port, 0, 0, 0, length_in_words, _SYN, _WINDOW, 0, 0)
    return struct.pack(">HHIIBBHHH", *header) + struct.pack(">BBH", 2, 4, _MAX_SEGMENT)


def _rows(packet: bytes, count: int) -> Bytes:
    return np.tile(np.frombuffer(packet, np.uint8), (count, 1))


def _fill(rows: Bytes, ports: U16, numbers: U32) -> None:
    rows[:, 2:4] = _bytes(ports, ">u2")
    rows[:, 4:8] = _bytes(numbers, ">u4")


def _bytes(numbers: U16 | U32, order: str) -> Bytes:
    return numbers.astype(order).view(np.uint8).reshape(len(numbers), numbers.itemsize)


def _checksum4(our_port: int, sources: U32, there: U32, numbers: U32, ports: U16) -> U16:
    """Add up the pseudo-header and the SYN in words of 16 bits [RFC 1071]."""
    blank = struct.unpack(f">{TCP_LENGTH // 2}H", _blank_syn(our_port))
    total = ports.astype(np.uint32) + np.uint32(sum(blank) + TCP + TCP_LENGTH)
    for words in (sources, there, numbers):
        total += (words >> 16) + (words & 0xFFFF)
    for _ in range(2):  # the carry of the first fold may carry once more
        total = (total >> 16) + (total & 0xFFFF)
    return (~total).astype(np.uint16)
