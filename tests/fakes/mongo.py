"""MongoDB's odder replies: liars that list nothing, and messages whose lengths are wrong."""

import struct
from dataclasses import dataclass, field
from typing import Any

import bson
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

from scanner.demo.mongowire import OP_MSG, OP_REPLY, read_message, send_reply
from tests.fakes.scripted import Says

GREETING = {
    "ismaster": True,
    "maxBsonObjectSize": 16_777_216,
    "minWireVersion": 0,
    "maxWireVersion": 21,
    "ok": 1.0,
}


@dataclass(slots=True)
class OddMongo:
    """A server with fixed documents by command; `otherwise` to the rest, and to what is unknown."""

    said: dict[str, dict[str, Any]] = field(default_factory=lambda: {"ismaster": GREETING})
    otherwise: dict[str, Any] = field(default_factory=lambda: {"ok": 1.0})

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client."""
        incoming = BufferedByteReceiveStream(stream)
        while (message := await read_message(incoming)) is not None:
            verb = next(iter(message.command), "").lower()
            await send_reply(stream, message, self.said.get(verb, self.otherwise))


def lists_nothing() -> OddMongo:
    """A decoy: `ok` to everything, and no database."""
    return OddMongo(otherwise={"databases": [], "totalSize": 0, "ok": 1.0})


def arbiter() -> OddMongo:
    """A member that holds no data by design."""
    failed = {"ok": 0.0, "errmsg": "not primary and secondaryOk=false", "code": 13435}
    return OddMongo({"ismaster": {**GREETING, "ismaster": False, "arbiterOnly": True}}, failed)


def deep_document(levels: int = 5_000) -> bytes:
    """Nest documents by hand, beyond what any encoder would write."""
    document = b"\x05\x00\x00\x00\x00"
    for _ in range(levels):
        document = struct.pack("<i", len(document) + 8) + b"\x03a\x00" + document + b"\x00"
    return document


def reply(document: bytes, *, length: int | None = None, opcode: int = OP_REPLY) -> bytes:
    """Frame a document as the answer to request 0, with the length that one likes."""
    head = struct.pack("<IB", 0, 0) if opcode == OP_MSG else struct.pack("<iqii", 8, 0, 0, 1)
    body = head + document
    told = 16 + len(body) if length is None else length
    return struct.pack("<iiii", told, 1, 0, opcode) + body


_HELLO = bson.encode(GREETING)

#: Replies to `isMaster` that no parser should follow, by what is wrong.
ABSURD = {
    "message of 2 GiB": reply(_HELLO, length=0x7FFFFFFF),
    "negative message": reply(_HELLO, length=-1),
    "message shorter than its header": reply(_HELLO, length=15),
    "empty message": reply(_HELLO, length=16),
    "unknown opcode": reply(_HELLO, opcode=2012),
    "document longer than its message": reply(struct.pack("<i", 1 << 20) + _HELLO[4:]),
    "negative document": reply(struct.pack("<i", -5) + _HELLO[4:]),
    "document without its end": reply(_HELLO[:-1] + b"\x01"),
    "string longer than its document": reply(b"\x12\0\0\0\x02a\0\xff\xff\xff\x7fb\0\0\0\0\0\0"),
    "array whose keys are no numbers": reply(bson.encode({"hosts": {"x": 1}, "ok": "yes"})),
    "documents in documents": reply(deep_document()),
    "no document": reply(b""),
}

#: What a mongod answers to an HTTP client on its port; it names itself.
http_hint = Says(
    b"HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 85\r\n"
    b"\r\nIt looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n"
)
