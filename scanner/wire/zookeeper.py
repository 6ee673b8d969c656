"""ZooKeeper's own protocol: a session, the children of a node, and the end of the session.

Source: zookeeper.jute of apache/zookeeper, and the reply codes of `KeeperException.Code`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from scanner.wire import Garbled, bigendian
from scanner.wire.bigendian import Cursor

Frame: TypeAlias = Callable[[bytes], int | None]

#: The children of one node; the server itself writes no packet beyond this (`jute.maxbuffer`).
MAX_REPLY = 1 << 20

#: `srvr` takes 250 bytes; nobody's is a page.
MAX_WORD = 4096

NO_NODE = -101
NO_AUTH = -102
AUTH_FAILED = -115
SASL_REQUIRED = -124

_GET_CHILDREN = 12
_CLOSE_SESSION = -11
_STAT = 68

#: Milliseconds; the shortest session that a server of default settings grants.
_SESSION = 4_000

#: The session's answer: version 0, timeout, id, a password of 16 bytes, and perhaps one flag.
_SESSION_SIZES = (b"\0\0\0\x24", b"\0\0\0\x25")

_WORD_ENDS = re.compile(rb"Node count: \d{1,12}\n|not in the whitelist\.\n|serving requests\n")
_VERSION = re.compile(rb"Zookeeper version: (\d{1,3}(?:\.\d{1,5}){1,3})")
_NODES = re.compile(rb"Node count: (\d{1,12})\n")


@dataclass(frozen=True, slots=True)
class Children:
    """What a listing of one node was answered with: an error, or the names below it."""

    error: int
    names: tuple[str, ...] = ()


def connect() -> bytes:
    """Ask for a session: no zxid seen, no session before, an empty password of 16 bytes."""
    return _framed(bytes(12) + _SESSION.to_bytes(4) + bytes(8) + b"\0\0\0\x10" + bytes(16) + b"\0")


def children(path: str) -> bytes:
    """Ask for the names below a node, and for no notice of later ones."""
    name = path.encode()
    return _framed(
        (1).to_bytes(4) + _GET_CHILDREN.to_bytes(4) + len(name).to_bytes(4) + name + b"\0"
    )


def close() -> bytes:
    """End the session, so that none is left behind."""
    return _framed((2).to_bytes(4) + _CLOSE_SESSION.to_bytes(4, signed=True))


def session_frame(data: bytes) -> int | None:
    """Give the length of the answer to `connect`.

    Raises:
        Garbled: the bytes cannot become one.
    """
    head = data[:8].ljust(8, b"\0")
    if not any(size.startswith(data[:4]) for size in _SESSION_SIZES) or head[4:] != bytes(4):
        raise Garbled("no session of ZooKeeper")
    return bigendian.length_prefixed(data, MAX_REPLY)


def reply_frame(data: bytes) -> int | None:
    """Give the length of the answer to `children`.

    Raises:
        Garbled: the bytes cannot become one.
    """
    if not b"\0\0\0\1".startswith(data[4:8]):
        raise Garbled("a reply that answers something else")
    return bigendian.length_prefixed(data, MAX_REPLY)


def end_frame(data: bytes) -> int | None:
    """Wait for the end of the connection, which is the answer to `close`.

    Raises:
        Garbled: more than that answer has come.
    """
    if len(data) > MAX_WORD:
        raise Garbled("a session that does not end")
    return None


def word_frame(data: bytes) -> int | None:
    """Give the length of the answer to `srvr`.

    Raises:
        Garbled: it has no end.
    """
    if ended := _WORD_ENDS.search(data):
        return ended.end()
    if len(data) > MAX_WORD:
        raise Garbled("an answer to srvr without its last line")
    return None


def granted(reply: bytes) -> bool:
    """Tell whether a session was granted: one that expired has no time left."""
    at = Cursor(reply, 8)
    return at.integer(4) > 0


def listed(reply: bytes) -> Children:
    """Read the names below a node, or the error that came instead.

    Raises:
        Garbled: it is neither.
    """
    at = Cursor(reply, 16)
    error = at.integer(4)
    if error:
        return Children(error)
    names = tuple(at.text(4) for _ in range(at.count(least=4)))
    if at.left != _STAT:
        raise Garbled("children without the state of their node")
    return Children(0, names)


def described(word: bytes) -> tuple[str | None, int | None]:
    """Read the version and the number of nodes from `srvr`, where it tells them."""
    version, nodes = _VERSION.search(word), _NODES.search(word)
    return version[1].decode() if version else None, int(nodes[1]) if nodes else None


def _framed(body: bytes) -> bytes:
    return len(body).to_bytes(4) + body
