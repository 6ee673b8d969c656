"""What comes back to a SYN, read from rows of bytes: hosts' own words, and those of routers.

Layouts: IPv4 [RFC 791, 3.1], IPv6 [RFC 8200, 3], TCP [RFC 9293, 3.1], ICMP [RFC 792],
ICMPv6 [RFC 4443, 3.1]. Rows come from raw sockets: IPv4 with its header, IPv6 without.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanner.areas import MAPPED
from scanner.sweep.answer import State
from scanner.sweep.columns import U16, U32, U64, Bytes, Columns
from scanner.sweep.packets import TCP

#: Bytes kept of what comes in: the longest header of IPv4, 8 bytes of ICMP, and what it quotes of
#: us, a plain header of IPv4 and the first 8 bytes of TCP. The others are shorter.
ROW = 60 + 8 + 20 + 8

#: States as the numbers that stand in columns.
CODES = {State.OPEN: 1, State.CLOSED: 2, State.UNREACHABLE: 3}
_OPEN, _CLOSED, _UNREACHABLE = (np.uint8(code) for code in CODES.values())

_SYN, _RST, _ACK = 0x02, 0x04, 0x10
_SYN_ACK, _RST_ACK = np.uint8(_SYN | _ACK), np.uint8(_RST | _ACK)


@dataclass(frozen=True, slots=True)
class Answers:
    """Which endpoints are spoken of, the sequence number of ours that is named, and the news."""

    about: Columns
    numbers: U32
    codes: Bytes


@dataclass(frozen=True, slots=True)
class Unreachable:
    """How one version of ICMP says "destination unreachable"; places count from its own header.

    A port that is unreachable counts as closed and a packet too big as nothing: Linux makes the
    same of them while it connects.
    """

    kind: int
    port_code: int
    too_big_code: int
    quoted_protocol: int
    quoted_destination: slice
    quoted_tcp: int


ICMP4 = Unreachable(3, 3, 4, 8 + 9, slice(8 + 16, 8 + 20), 8 + 20)
ICMP6 = Unreachable(1, 4, 0xFF, 8 + 6, slice(8 + 24, 8 + 40), 8 + 40)


def read_tcp4(rows: Bytes, our_port: int) -> Answers:
    """Read what answers our port with a SYN-ACK or a reset; leave out everything else."""
    return read_tcp6(_behind_ipv4(rows), rows[:, 12:16], our_port)


def read_tcp6(rows: Bytes, senders: Bytes, our_port: int) -> Answers:
    """Read the same from rows that begin with TCP; their senders stand beside them."""
    flags = rows[:, 13] & np.uint8(_SYN | _RST | _ACK)
    ours = ((flags == _SYN_ACK) | (flags == _RST_ACK)) & (_u16(rows, 2) == our_port)
    rows, flags = rows[ours], flags[ours]
    return Answers(
        _columns(senders[ours], _u16(rows, 0)),
        _u32(rows, 8) - np.uint32(1),  # the SYN itself is acknowledged as one byte
        np.where(flags == _SYN_ACK, _OPEN, _CLOSED),
    )


def read_icmp4(rows: Bytes, our_port: int) -> Answers:
    """Read which SYNs of ours a router or a host calls undeliverable."""
    return _read_icmp(_behind_ipv4(rows), ICMP4, our_port)


def read_icmp6(rows: Bytes, our_port: int) -> Answers:
    """Read the same from ICMPv6."""
    return _read_icmp(rows, ICMP6, our_port)


def _read_icmp(rows: Bytes, icmp: Unreachable, our_port: int) -> Answers:
    ours = (rows[:, 0] == icmp.kind) & (rows[:, 1] != icmp.too_big_code)
    ours &= rows[:, icmp.quoted_protocol] == TCP
    ours &= _u16(rows, icmp.quoted_tcp) == our_port
    rows = rows[ours]
    return Answers(
        _columns(rows[:, icmp.quoted_destination], _u16(rows, icmp.quoted_tcp + 2)),
        _u32(rows, icmp.quoted_tcp + 4),
        np.where(rows[:, 1] == icmp.port_code, _CLOSED, _UNREACHABLE),
    )


def _behind_ipv4(rows: Bytes) -> Bytes:
    """Cut each row's IPv4 header off; what it is short of at the end is zero."""
    lengths = (rows[:, 0] & np.uint8(15)).astype(np.int64) * 4
    if (lengths == 20).all():  # noqa: PLR2004 - no options, as nearly always
        return rows[:, 20:]
    padded = np.pad(rows, ((0, 0), (0, 60)))
    return np.take_along_axis(padded, lengths[:, None] + np.arange(ROW), axis=1)


def _columns(addresses: Bytes, ports: U16) -> Columns:
    count, width = addresses.shape
    if width == 16:  # noqa: PLR2004 - IPv6
        halves = np.ascontiguousarray(addresses).view(">u8").astype(np.uint64)
        return Columns(halves[:, 0].copy(), halves[:, 1].copy(), ports)
    low: U64 = _u32(addresses, 0) + np.uint64(MAPPED)
    return Columns(np.zeros(count, np.uint64), low, ports)


def _u16(rows: Bytes, at: int) -> U16:
    return _number(rows, at, 2).view(">u2").reshape(-1).astype(np.uint16)


def _u32(rows: Bytes, at: int) -> U32:
    return _number(rows, at, 4).view(">u4").reshape(-1).astype(np.uint32)


def _number(rows: Bytes, at: int, size: int) -> NDArray[np.uint8]:
    return np.ascontiguousarray(rows[:, at : at + size])
