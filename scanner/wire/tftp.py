"""TFTP: a request for a file, and the packet that answers it.

Source: RFC 1350, section 5 (packets), RFC 2347 (the option acknowledgement).
"""

import struct
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: The longest text of an error that servers send is a sentence.
MAX_TEXT = 512

#: Error codes that there are [RFC 1350, appendix; RFC 2347].
MAX_CODE = 8

FILE_NOT_FOUND: Final = 1

_READ, _DATA, _ERROR, _OPTIONS = 1, 3, 5, 6
_HEAD = struct.Struct(">HH")


@dataclass(frozen=True, slots=True)
class Refusal:
    """The server's word that it will not send the file, by its code; its text is dropped."""

    code: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """The server has begun to send something; none of it is kept."""


def read_request(name: str) -> bytes:
    """Ask for a file, byte by byte (`octet`)."""
    return struct.pack(">H", _READ) + name.encode("ascii") + b"\0octet\0"


def decode(data: bytes) -> Refusal | Transfer:
    """Read what answers a read request.

    Raises:
        Garbled: no such packet.
    """
    if len(data) < _HEAD.size:
        raise Garbled("a packet shorter than its head")
    kind, number = _HEAD.unpack_from(data)
    if kind == _OPTIONS or (kind == _DATA and number == 1):
        return Transfer()
    text = data[_HEAD.size :]
    if kind != _ERROR or number > MAX_CODE or text.find(b"\0") != len(text) - 1:
        raise Garbled("expected the answer to a read request")
    if len(text) > MAX_TEXT or not text[:-1].decode("latin-1").isprintable():
        raise Garbled("an error that is no text")
    return Refusal(number)
