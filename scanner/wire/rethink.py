"""The handshake of RethinkDB's drivers: a number out, a text that ends with a zero back.

Source: src/client_protocol/server.cc and ql2.proto of RethinkDB.
"""

import re
from dataclasses import dataclass

from scanner.jsonview import Json
from scanner.wire import Garbled

#: The longest refusal takes 180 bytes.
MAX_REPLY = 1024

#: The number of the handshake that 2.3 brought, in little-endian order. It names no user.
HANDSHAKE = (0x34C2BDC3).to_bytes(4, "little")

#: How the versions before 2.3 refuse a handshake that they do not know.
_OLD = re.compile(r"ERROR: .{0,200}\bThis port is for RethinkDB queries\..{0,200}\n?", re.DOTALL)
_END = b"\0"


@dataclass(frozen=True, slots=True)
class Greeting:
    """Who answered; a server before 2.3 tells no version."""

    version: str | None


def frame(data: bytes) -> int | None:
    """Give the length of the reply with its zero, or None while it is incomplete.

    Raises:
        Garbled: the bytes cannot become a reply.
    """
    if data and data[:1] not in {b"{", b"E"}:
        raise Garbled("expected a greeting of RethinkDB")
    end = data.find(_END, 0, MAX_REPLY)
    if end < 0 and len(data) >= MAX_REPLY:
        raise Garbled(f"a reply longer than {MAX_REPLY} bytes")
    return None if end < 0 else end + 1


def decode(data: bytes) -> Greeting:
    """Read a reply.

    Raises:
        Garbled: it is none.
    """
    text = data.removesuffix(_END)
    if _OLD.fullmatch(text.decode("utf-8", "replace")):
        return Greeting(None)
    told = Json.parse(text)
    if not told["success"].boolean():
        raise Garbled("expected a handshake that succeeds")
    told["max_protocol_version"].integer()
    return Greeting(told["server_version"].text())
