"""Replies of the FTP family: a three-digit code, perhaps several lines, CRLF at their ends.

HylaFAX, SNPP and FTP servers speak so. Source: RFC 959, section 4.2; RFC 2428 for `229`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.wire import Garbled

#: The longest line of a real server, a path in a `550`, stays below 1,100 bytes.
MAX_LINE = 2048

#: The longest reply that we ask for is a greeting with a shutdown notice of some lines.
MAX_LINES = 64

#: Below 1024 a server offers services, not data connections: we must not be sent to one.
FIRST_DATA_PORT = 1024
_LAST_PORT = 65_535

_HEAD = re.compile(r"([1-5][0-9]{2})([ -]|$)")
_EPSV = re.compile(r"\(([\x21-\x7e])\1\1([0-9]{1,5})\1\)")
_PASV = re.compile(r"(?:[0-9]{1,3},){4}([0-9]{1,3}),([0-9]{1,3})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its code and the text of its lines, without codes and line ends."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text of the last line, which carries the verdict."""
        return self.lines[-1]

    @property
    def is_preliminary(self) -> bool:
        """Tell whether another reply follows: `130 Warning`, `150 Opening`."""
        return self.code < 200  # noqa: PLR2004 - RFC 959: 1yz is a positive preliminary reply


def frame(data: bytes) -> int | None:
    """Give the length of the first complete reply, or None while it is incomplete.

    Raises:
        Garbled: the bytes cannot become a reply, or exceed a cap of this module.
    """
    return next((end for _, end in _replies(data)), None)


def frame_final(data: bytes) -> int | None:
    """Give the length up to the end of the first reply that is not preliminary.

    A fax server may warn (`130 …`) before it greets (`220 …`).

    Raises:
        Garbled: the bytes cannot become a reply, or exceed a cap of this module.
    """
    return next((end for reply, end in _replies(data) if not reply.is_preliminary), None)


def decode(data: bytes) -> Reply:
    """Read the last of one or several complete replies.

    Raises:
        Garbled: no reply, or bytes that belong to none.
    """
    reply, end = None, 0
    for reply, end in _replies(data):  # noqa: B007 - the last one is wanted
        pass
    if reply is None or end != len(data):
        raise Garbled("an incomplete reply")
    return reply


def extended_passive_port(reply: Reply) -> int:
    """Read the port of `229 … (|||port|)`; it has no address, by design.

    Raises:
        Garbled: another code, no port, or one where no data connection can be.
    """
    found = _EPSV.search(reply.text) if reply.code == 229 else None  # noqa: PLR2004 - RFC 2428
    if not found:
        raise Garbled("expected 229 with a port")
    return _data_port(int(found[2]))


def passive_port(reply: Reply) -> int:
    """Read the port of `227 … (h1,h2,h3,h4,p1,p2)`; the address is never looked at.

    Raises:
        Garbled: another code, no port, or one where no data connection can be.
    """
    found = _PASV.search(reply.text) if reply.code == 227 else None  # noqa: PLR2004 - RFC 959
    if not found or int(found[1]) > 255 or int(found[2]) > 255:  # noqa: PLR2004 - two octets
        raise Garbled("expected 227 with a port")
    return _data_port(int(found[1]) << 8 | int(found[2]))


def _data_port(port: int) -> int:
    if not FIRST_DATA_PORT <= port <= _LAST_PORT:
        raise Garbled("a data port where no data connection can be")
    return port


def _replies(data: bytes) -> Iterator[tuple[Reply, int]]:
    """Walk the complete replies, each with the place where it ends."""
    code, gathered = 0, list[str]()
    for count, (line, end) in enumerate(_lines(data), start=1):
        if count > MAX_LINES:
            raise Garbled(f"more than {MAX_LINES} lines")
        head = _HEAD.match(line)
        if not gathered and not head:
            raise Garbled("expected a three-digit code")
        code = code if gathered or not head else int(head[1])
        gathered.append(line[4:] if head and int(head[1]) == code else line)
        if head and int(head[1]) == code and head[2] != "-":
            yield Reply(code, tuple(gathered)), end
            gathered = []


def _lines(data: bytes) -> Iterator[tuple[str, int]]:
    """Walk the complete lines; a bare LF ends one too, as hfaxd itself writes some."""
    at = 0
    while (end := data.find(b"\n", at, at + MAX_LINE)) >= 0:
        yield data[at:end].removesuffix(b"\r").decode("utf-8", "replace"), end + 1
        at = end + 1
    if len(data) - at >= MAX_LINE:
        raise Garbled(f"a line longer than {MAX_LINE} bytes")
