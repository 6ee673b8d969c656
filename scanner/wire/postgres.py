"""The start of PostgreSQL's protocol 3: what a server says before there is a session.

Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from scanner.wire import Garbled

#: The longest message before a session names host, role and database, and stays below 1 KiB.
MAX_MESSAGE = 8192

#: A server of ours that lets a caller in sends 13 settings first; poolers send some more.
MAX_MESSAGES = 128

PROTOCOL_3 = 3 << 16

#: Authentication requests that exist: the codes of `R` [protocol-message-formats].
_METHODS = frozenset({0, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12})

#: Error, authentication, setting, cancellation key, ready, notice, protocol negotiation.
_TYPES: Final = b"ERSKZNv"
_READY: Final = b"Z"
_OWN_SIZE: Final = 4  # a length counts itself
_CODE = re.compile(r"[0-9A-Z]{5}")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error: its SQLSTATE, and its text, which may be in any language."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """What came after a start: the method asked for (0 is none), settings, and how it ended."""

    method: int | None = None
    failure: Failure | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    is_ready: bool = False


def startup(version: int, **parameters: str) -> bytes:
    """Write a StartupMessage."""
    words = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items())
    body = struct.pack(">i", version) + words + b"\0"
    return struct.pack(">i", len(body) + 4) + body


def frame(data: bytes) -> int | None:
    """Give the length up to where the server waits for us, or has ended it; None before that.

    Raises:
        Garbled: the bytes are no messages of a server that was asked to start.
    """
    return next((end for kind, body, end in _messages(data) if _is_last(kind, body)), None)


def frame_ssl(data: bytes) -> int | None:
    """Give the length of the answer to an SSLRequest: one byte.

    Raises:
        Garbled: another byte; an error too, which only servers before 7.2 answered.
    """
    if data[:1] not in {b"", b"S", b"N"}:
        raise Garbled("expected S or N")
    return 1 if data else None


def decode(data: bytes) -> Welcome:
    """Read what `frame` found.

    Raises:
        Garbled: a message that is none, or bytes after the last one.
    """
    method, failure, settings, last = None, None, dict[str, str](), b""
    end = 0
    for kind, body, end in _messages(data):  # noqa: B007 - the last end is wanted
        last = kind
        if kind == b"R":
            method = _method(body)
        elif kind == b"E":
            failure = _failure(body)
        elif kind == b"S":
            name, _, value = _text(body).partition("\0")
            settings[name] = value.partition("\0")[0]
    if end != len(data) or not last:
        raise Garbled("an incomplete message")
    return Welcome(method, failure, settings, is_ready=last == _READY)


def _is_last(kind: bytes, body: bytes) -> bool:
    return kind in {b"E", _READY} or (kind == b"R" and _method(body) != 0)


def _messages(data: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Walk the complete messages: type, body, and the place where it ends."""
    at = 0
    for _ in range(MAX_MESSAGES):
        kind = data[at : at + 1]
        if not kind:
            return
        if kind not in _TYPES:
            raise Garbled("a message type that no server starts with")
        if len(data) < at + 5:
            return
        (size,) = struct.unpack_from(">i", data, at + 1)
        if not _OWN_SIZE <= size <= MAX_MESSAGE:
            raise Garbled(f"a message length that is none up to {MAX_MESSAGE}")
        if len(data) < at + 1 + size:
            return
        yield kind, data[at + 5 : at + 1 + size], at + 1 + size
        at += 1 + size
    raise Garbled(f"more than {MAX_MESSAGES} messages")


def _method(body: bytes) -> int:
    code = int.from_bytes(body[:4], "big") if len(body) >= _OWN_SIZE else -1
    if code not in _METHODS:
        raise Garbled("an authentication request that does not exist")
    return code


def _failure(body: bytes) -> Failure:
    """Read an error: severity, code and text are in each [protocol-error-fields]."""
    fields = {part[:1]: part[1:] for part in _text(body).split("\0") if part}
    if not {"S", "C", "M"} <= fields.keys() or not _CODE.fullmatch(fields["C"]):
        raise Garbled("an error without severity, code and text")
    return Failure(fields["C"], fields["M"])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
