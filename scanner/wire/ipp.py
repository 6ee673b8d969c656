"""IPP (RFC 8010, 8011): what a printer says of itself. Of its jobs nothing is ever asked."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from scanner.wire import Garbled

GET_PRINTER_ATTRIBUTES: Final = 0x000B
#: An extension of CUPS: every queue of a server, in a group of its own.
CUPS_GET_PRINTERS: Final = 0x4002
#: Below 0x4000 numbers are the standard's own; this one was never given to anything.
NO_OPERATION: Final = 0x3FFE

#: Statuses of RFC 8011, appendix B. Those below 0x0100 are successes.
NOT_FOUND: Final = 0x0406
UNSUPPORTED_OPERATION: Final = 0x0501
#: Forbidden, not authenticated, not authorized.
REFUSED: Final = frozenset({0x0401, 0x0402, 0x0403})

#: What is asked of a printer. Its place, its contact and its jobs are not.
WANTED: Final = (
    "printer-make-and-model",
    "printer-uuid",
    "printer-type",
    "printer-firmware-string-version",
    "cups-version",
    "queued-job-count",
    "ipp-features-supported",
    "uri-authentication-supported",
    "uri-security-supported",
)

#: Asked of a server's queues besides; what somebody called his own device is not.
_NAME: Final = "printer-name"

_KEPT: Final = frozenset({_NAME, *WANTED})

#: Larger print servers exist nowhere; a group may be one byte long, and costs memory.
MAX_PRINTERS: Final = 20_000

#: What is asked of a printer comes in some fifteen parts: those of 6,000. A part may be one byte
#: long, and each costs microseconds.
MAX_PARTS: Final = 100_000

_VERSION: Final = (1, 1)  # every later version must take it, too [RFC 8011, 4.1.8]
_VERSIONS: Final = frozenset({1, 2})
_HEAD: Final = struct.Struct(">BBHI")

_OPERATION_GROUP, _END, _PRINTER_GROUP, _FIRST_VALUE = 0x01, 0x03, 0x04, 0x10
_INTEGERS: Final = frozenset({0x21, 0x23})  # integer, enum
_WITH_LANGUAGE: Final = frozenset({0x35, 0x36})
_KEYWORD, _URI, _CHARSET, _LANGUAGE = 0x44, 0x45, 0x47, 0x48
_TEXTS: Final = frozenset({0x41, 0x42, _KEYWORD, _URI})

#: Of `printer-type`, as CUPS counts its bits: the queue sends faxes.
_SENDS_FAXES: Final = 0x40000

#: How one value of `uri-authentication-supported` says that nobody is asked who he is: a
#: `requesting-user-name` is taken as it is told [RFC 8011, 5.4.2].
_FREE: Final = frozenset({"none", "requesting-user-name"})

Value: TypeAlias = int | str
Group: TypeAlias = Mapping[str, list[Value]]


@dataclass(frozen=True, slots=True)
class Printer:
    """What one printer or queue says of itself; None and "" where it does not.

    `logins` are the ways to say who one is, one for each of its addresses; `jobs` is how many
    wait.
    """

    name: str
    model: str
    uuid: str
    version: str
    jobs: int | None
    logins: frozenset[str]
    transports: frozenset[str]
    faxes: bool

    @property
    def is_free(self) -> bool:
        """Tell whether an address of it prints for whoever comes."""
        return bool(self.logins & _FREE)

    @property
    def is_clear(self) -> bool:
        """Tell whether an address of it takes documents without TLS."""
        return "none" in self.transports


@dataclass(frozen=True, slots=True)
class Response:
    """A status of RFC 8011 and the printers that were told of."""

    status: int
    printers: tuple[Printer, ...]

    @property
    def succeeded(self) -> bool:
        """Tell whether the operation was carried out, if not with every attribute."""
        return self.status < 0x0100  # noqa: PLR2004 - the successes of RFC 8011, B.1.2


def request(operation: int, number: int, printer: str | None = None) -> bytes:
    """Write a request for what is wanted; `number` comes back in its answer.

    `printer` is the URI that is asked about, or None for the queues of a server, with their names.
    """
    wanted = WANTED if printer is not None else (_NAME, *WANTED)
    attributes = [
        _attribute(_CHARSET, "attributes-charset", "utf-8"),
        _attribute(_LANGUAGE, "attributes-natural-language", "en"),
    ]
    if printer is not None:
        attributes.append(_attribute(_URI, "printer-uri", printer))
    for place, name in enumerate(wanted):
        attributes.append(_attribute(_KEYWORD, "" if place else "requested-attributes", name))
    head = _HEAD.pack(*_VERSION, operation, number) + bytes([_OPERATION_GROUP])
    return head + b"".join(attributes) + bytes([_END])


def decode(data: bytes, number: int) -> Response:
    """Read the answer to the request of that number.

    Raises:
        Garbled: it is none.
    """
    if len(data) < _HEAD.size:
        raise Garbled("an IPP response without its head")
    major, _, status, answered = _HEAD.unpack_from(data)
    if major not in _VERSIONS or answered != number:
        raise Garbled("expected the answer to our IPP request")
    return Response(status, tuple(map(_printer, _groups(data))))


class _Token(NamedTuple):
    """A delimiter, or one value; further values of an attribute have no name."""

    tag: int
    name: bytes = b""
    value: bytes = b""


def _attribute(tag: int, name: str, value: str) -> bytes:
    key, text = name.encode(), value.encode()
    return struct.pack(f">BH{len(key)}sH{len(text)}s", tag, len(key), key, len(text), text)


def _groups(data: bytes) -> list[Group]:
    """Collect the wanted values of each printer's group; what else was sent is dropped."""
    found: list[dict[str, list[Value]]] = []
    inside, values = False, None
    for count, token in enumerate(_tokens(data)):
        if count >= MAX_PARTS:
            raise Garbled(f"more than {MAX_PARTS} parts")
        if token.tag < _FIRST_VALUE:
            inside, values = token.tag == _PRINTER_GROUP, None
            if inside:
                found.append({})
            if len(found) > MAX_PRINTERS:
                raise Garbled(f"more than {MAX_PRINTERS} printers")
            continue
        if token.name:
            name = token.name.decode("ascii", "replace")
            values = found[-1].setdefault(name, []) if inside and name in _KEPT else None
        value = _value(token) if values is not None else None
        if values is not None and value is not None:
            values.append(value)
    return list(found)


def _tokens(data: bytes) -> Iterator[_Token]:
    """Walk to the end of the attributes; what follows is a document, which none was asked for."""
    at = _HEAD.size
    while at < len(data):
        tag = data[at]
        if tag == _END:
            return
        at += 1
        if tag < _FIRST_VALUE:
            yield _Token(tag)
            continue
        name, at = _counted(data, at)
        value, at = _counted(data, at)
        yield _Token(tag, name, value)
    raise Garbled("an IPP response without its end")


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    """Read what stands after its length, and where it ends."""
    start = at + 2
    end = start + int.from_bytes(data[at:start], "big")
    if end > len(data) or start > len(data):
        raise Garbled("an attribute that ends beyond its message")
    return data[start:end], end


def _value(token: _Token) -> Value | None:
    """Read a number or a text; of other kinds nothing is wanted."""
    if token.tag in _INTEGERS:
        return int.from_bytes(token.value[:4], "big", signed=True)
    if token.tag in _WITH_LANGUAGE:
        _, after = _counted(token.value, 0)
        return _counted(token.value, after)[0].decode("utf-8", "replace")
    return token.value.decode("utf-8", "replace") if token.tag in _TEXTS else None


def _printer(group: Group) -> Printer:
    kind = next(_numbers(group, "printer-type"), 0)
    jobs = next(_numbers(group, "queued-job-count"), None)
    return Printer(
        name=_text(group, _NAME),
        model=_text(group, "printer-make-and-model"),
        uuid=_text(group, "printer-uuid"),
        version=_text(group, "cups-version") or _text(group, "printer-firmware-string-version"),
        jobs=jobs if jobs is not None and jobs >= 0 else None,
        logins=frozenset(_texts(group, "uri-authentication-supported")),
        transports=frozenset(_texts(group, "uri-security-supported")),
        faxes=bool(kind & _SENDS_FAXES) or "faxout" in _texts(group, "ipp-features-supported"),
    )


def _numbers(group: Group, name: str) -> Iterator[int]:
    return (value for value in group.get(name, []) if isinstance(value, int))


def _texts(group: Group, name: str) -> list[str]:
    return [value for value in group.get(name, []) if isinstance(value, str)]


def _text(group: Group, name: str) -> str:
    return next(iter(_texts(group, name)), "")
