"""Packet filters for our raw sockets: the kernel drops what is no answer to our port.

Classic BPF as `SO_ATTACH_FILTER` takes it [Linux, Documentation/networking/filter.rst]. On a raw
socket a filter sees IPv4 with its header and IPv6 without. All numbers are Linux's own, which
the socket module leaves out.
"""

import ctypes
import socket
import struct
from dataclasses import dataclass

from scanner.sweep.answers import ICMP4, ICMP6

#: Load a byte or two from behind the header that X measures; X is 0 unless it was measured.
_LOAD = {1: 0x50, 2: 0x48}
_MEASURE_IPV4 = 0xB1
_AND = 0x54
_JUMP_IF_EQUAL = 0x15
_RETURN = 0x06

_WHOLE, _NOTHING = 0xFFFF, 0

_SO_ATTACH_FILTER = 26
_SOL_RAW, _ICMP_FILTER = 255, 1
_ICMP6_FILTER = 1

_SYN_RST_ACK, _SYN_ACK, _RST_ACK = 0x16, 0x12, 0x14


@dataclass(frozen=True, slots=True)
class Field:
    """A field of 1 or 2 bytes behind an IPv4 header, if there is one, and what it may be."""

    at: int
    size: int
    values: tuple[int, ...]
    mask: int = 0xFFFF


def keep_tcp(sock: socket.socket, our_port: int) -> None:
    """Let only SYN-ACKs and resets to our port into a raw TCP socket."""
    _attach(sock, Field(2, 2, (our_port,)), Field(13, 1, (_SYN_ACK, _RST_ACK), _SYN_RST_ACK))


def keep_unreachable(sock: socket.socket, our_port: int) -> None:
    """Let only "destination unreachable" about SYNs from our port into a raw ICMP socket."""
    icmp = ICMP4 if sock.family == socket.AF_INET else ICMP6
    _attach(sock, Field(0, 1, (icmp.kind,)), Field(icmp.quoted_tcp, 2, (our_port,)))


def _attach(sock: socket.socket, *fields: Field) -> None:
    steps = _program(*fields, measured=sock.family == socket.AF_INET)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = struct.pack("@HP", len(steps), ctypes.addressof(code))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _program(*fields: Field, measured: bool) -> list[tuple[int, int, int, int]]:
    """Write a filter: each step is an opcode, how far to jump if so and if not, and a number."""
    steps = [(_MEASURE_IPV4, 0, 0, 0)] if measured else []
    length = len(steps) + sum(2 + len(field.values) for field in fields) + 2
    for field in fields:
        steps.append((_LOAD[field.size], 0, 0, field.at))
        steps.append((_AND, 0, 0, field.mask))
        for left in range(len(field.values) - 1, -1, -1):
            to_the_end = length - len(steps) - 2
            value = field.values[-1 - left]
            steps.append((_JUMP_IF_EQUAL, left, 0 if left else to_the_end, value))
    return [*steps, (_RETURN, 0, 0, _WHOLE), (_RETURN, 0, 0, _NOTHING)]
