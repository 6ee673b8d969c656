"""Thrift's SASL handshake: a start that names a mechanism, and the words that refuse it.

Source: `TSaslTransport.java` and `TSaslServerTransport.java` of Apache Thrift: one byte of status,
a big-endian length, and so many bytes.
"""

from typing import Final

from scanner.wire import Garbled
from scanner.wire.bigendian import length_prefixed

#: A refusal is a sentence; a server that has more to say has something else to say.
MAX_REFUSAL = 4 << 10

_START: Final = b"\x01"
_BAD: Final = b"\x03"
_ERROR: Final = b"\x04"
_UNSUPPORTED: Final = b"Unsupported mechanism type "


def start(mechanism: str) -> bytes:
    """Write the message that begins a handshake; it names a mechanism and nobody."""
    name = mechanism.encode()
    return _START + len(name).to_bytes(4) + name


def refusal(data: bytes) -> int | None:
    """Give the length of the message that refuses a start, or None while it is incomplete.

    Raises:
        Garbled: a status that refuses nothing, or more than `MAX_REFUSAL` bytes.
    """
    if data[:1] not in {b"", _BAD, _ERROR}:
        raise Garbled("no refusal of Thrift's SASL")
    size = length_prefixed(data[1:], MAX_REFUSAL)
    return None if size is None else 1 + size


def knows_no(mechanism: str, data: bytes) -> bool:
    """Tell whether a refusal is that of a server which looked for this mechanism in vain."""
    return data[:1] == _BAD and data[5:] == _UNSUPPORTED + mechanism.encode()
