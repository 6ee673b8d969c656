"""MongoDB's wire format from the server's side, with `bson` from `pymongo` as the codec.

https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

import struct
from dataclasses import dataclass
from typing import Any

import bson
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream

OP_REPLY = 1
OP_QUERY = 2004
OP_MSG = 2013

#: OP_MSG flag: the client wants no answer.
_MORE_TO_COME = 2

_HEADER = struct.Struct("<iiii")

#: No command that a client of ours sends comes near.
MAX_MESSAGE = 1 << 20


@dataclass(frozen=True, slots=True)
class Message:
    """One request: `command` is its document; `namespace` is the OP_QUERY's, or "" for OP_MSG."""

    opcode: int
    request: int
    command: dict[str, Any]
    namespace: str = ""
    wants_reply: bool = True


async def read_message(stream: BufferedByteReceiveStream) -> Message | None:
    """Read one request; None for what no server would answer."""
    length, request, _, opcode = _HEADER.unpack(await stream.receive_exactly(_HEADER.size))
    if not _HEADER.size < length <= MAX_MESSAGE:
        return None
    body = await stream.receive_exactly(length - _HEADER.size)
    try:
        return _decoded(opcode, request, body)
    except (bson.errors.InvalidBSON, ValueError, IndexError, struct.error):
        return None


async def send_reply(stream: ByteStream, asked: Message, *documents: dict[str, Any]) -> None:
    """Answer in the opcode of the question."""
    payload = b"".join(bson.encode(document) for document in documents)
    if asked.opcode == OP_MSG:
        opcode, prefix = OP_MSG, struct.pack("<IB", 0, 0)
    else:
        opcode, prefix = OP_REPLY, struct.pack("<iqii", 8, 0, 0, len(documents))
    length = _HEADER.size + len(prefix) + len(payload)
    await stream.send(_HEADER.pack(length, 1, asked.request, opcode) + prefix + payload)


def _decoded(opcode: int, request: int, body: bytes) -> Message | None:
    if opcode == OP_MSG:
        (flags,) = struct.unpack_from("<I", body)
        command = _first_section(body)
        return Message(opcode, request, command, wants_reply=not flags & _MORE_TO_COME)
    if opcode == OP_QUERY:
        end = body.index(b"\0", 4)
        return Message(opcode, request, _document(body, end + 9), body[4:end].decode())
    return None


def _first_section(body: bytes) -> dict[str, Any]:
    if body[4] != 0:
        raise ValueError("a body section comes first")
    return _document(body, 5)


def _document(body: bytes, start: int) -> dict[str, Any]:
    (length,) = struct.unpack_from("<i", body, start)
    return bson.decode(body[start : start + length])
