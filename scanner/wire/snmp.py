"""SNMPv3: the discovery of an engine, which needs neither user nor community.

Source: RFC 3414, section 4 (discovery), RFC 3412, section 6 (the message), RFC 3411, section 5
(`SnmpEngineID`). Its BER uses definite lengths and tags of one byte only [RFC 3417, section 8].
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: An engine's report takes about 120 bytes; an identifier has at most 32.
MAX_MESSAGE = 1_452
MAX_ENGINE_ID = 32

#: A GET of nothing by nobody (empty user, no engine), which asks to be told what was wrong with
#: it. Message number 0x524F, 1,452 bytes at most, reportable, no authentication, USM.
DISCOVERY: Final = bytes.fromhex(
    "3038 020103"
    "300e 0202524f 020205ac 040104 020103"
    "0410 300e 0400 020100 020100 0400 0400 0400"
    "3011 0400 0400 a00b 020101 020100 020100 3000"
)

_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_OID: Final = 0x06
_SEQUENCE: Final = 0x30
_REPORT: Final = 0xA8
_VERSION_3: Final = 3

#: usmStatsUnknownEngineIDs.0: 1.3.6.1.6.3.15.1.1.4.0, how an engine answers a discovery.
_UNKNOWN_ENGINE: Final = bytes.fromhex("2b060106030f01010400")


@dataclass(frozen=True, slots=True)
class Engine:
    """Who answered: the number that IANA gave its maker, or None where it names none.

    The rest of an engine's identifier can be its MAC or IP address, and is dropped.
    """

    enterprise: int | None


def decode(data: bytes) -> Engine:
    """Read the report that answers a discovery.

    Raises:
        Garbled: another message, or none.
    """
    version, head, parameters, scoped = _parts(_only(data, _SEQUENCE), 4)
    number, *_ = _parts(_body(head, _SEQUENCE), 4)
    if _integer(version) != _VERSION_3 or _body(number, _INTEGER) != b"\x52\x4f":
        raise Garbled("expected the answer to our discovery")
    engine, *_ = _parts(_only(_body(parameters, _OCTETS), _SEQUENCE), 6)
    *_, report = _parts(_body(scoped, _SEQUENCE), 3)
    *_, bindings = _parts(_body(report, _REPORT), 4)
    (binding,) = _parts(_body(bindings, _SEQUENCE), 1)
    name, _ = _parts(_body(binding, _SEQUENCE), 2)
    if _body(name, _OID) != _UNKNOWN_ENGINE:
        raise Garbled("expected the report of an unknown engine")
    return Engine(_enterprise(_body(engine, _OCTETS)))


def _enterprise(engine: bytes) -> int | None:
    """Read the maker's number from the first four bytes, less the bit of the newer format."""
    if not 5 <= len(engine) <= MAX_ENGINE_ID:  # noqa: PLR2004 - RFC 3411: 5 to 32
        raise Garbled("an engine without its identifier")
    return int.from_bytes(engine[:4], "big") & 0x7FFFFFFF or None


_Element = tuple[int, bytes]


def _only(data: bytes, tag: int) -> bytes:
    (element,) = _parts(data, 1)
    return _body(element, tag)


def _body(element: _Element, tag: int) -> bytes:
    if element[0] != tag:
        raise Garbled(f"expected an element of type {tag:#x}")
    return element[1]


def _integer(element: _Element) -> int:
    return int.from_bytes(_body(element, _INTEGER)[:8], "big", signed=True)


def _parts(data: bytes, count: int) -> list[_Element]:
    """Read exactly so many elements that fill a body."""
    found = list(_elements(data[: MAX_MESSAGE + 1]))
    if len(found) != count:
        raise Garbled(f"expected {count} elements")
    return found


def _elements(data: bytes) -> Iterator[_Element]:
    at = 0
    while at < len(data):
        tag, start, end = _bounds(data, at)
        if end > len(data):
            raise Garbled("an element that ends beyond its message")
        yield tag, data[start:end]
        at = end


def _bounds(data: bytes, at: int) -> tuple[int, int, int]:
    """Give the tag of the element at a place, where its body begins, and where it ends."""
    head = data[at : at + 4]
    if len(head) < 2:  # noqa: PLR2004 - tag and length
        raise Garbled("an element without its length")
    size, start = head[1], at + 2
    if size >= 0x80:  # noqa: PLR2004 - BER: the long form
        count = size & 0x7F
        if count not in {1, 2} or len(head) < 2 + count:
            raise Garbled("a length that is none")
        size, start = int.from_bytes(head[2 : 2 + count], "big"), start + count
    return head[0], start, start + size
