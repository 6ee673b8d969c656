"""OpenWire: what an ActiveMQ broker greets with, before anybody logs in.

Source: `WireFormatInfo` and `OpenWireFormat` of apache/activemq.
"""

import re

from scanner.wire import Garbled, bigendian, versions

#: ActiveMQ 5.17 greets with 342 bytes.
MAX_FRAME = 16 << 10

#: After the length: the command's type, and the magic.
_MAGIC = b"\x01ActiveMQ"
_HEAD = 4

#: A text of the properties: its type, its length, itself.
_VERSION = re.compile(rb"\x00\x0fProviderVersion\x09\x00[\x01-\x20]([0-9][0-9A-Za-z.-]{0,31})")


def frame(data: bytes) -> int | None:
    """Give the length of the greeting.

    Raises:
        Garbled: the bytes cannot become one.
    """
    if not _MAGIC.startswith(data[_HEAD : _HEAD + len(_MAGIC)]):
        raise Garbled("no greeting of OpenWire")
    return bigendian.length_prefixed(data, MAX_FRAME)


def version(greeting: bytes) -> str | None:
    """Read the version of the broker; those before 5.10 do not tell it."""
    found = _VERSION.search(greeting)
    return versions.read(found[1].decode()) if found else None
