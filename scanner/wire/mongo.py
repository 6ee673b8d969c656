"""MongoDB's wire protocol: framing, OP_QUERY and OP_MSG out, OP_REPLY and OP_MSG in.

Protocol: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/. `bson` is used as
a codec only; nothing here opens a socket.
"""

import struct

import bson
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.errors import BSONError

from scanner.jsonview import Json
from scanner.wire import Garbled

OP_REPLY = 1
OP_QUERY = 2004
OP_MSG = 2013

#: A listing of 2,000 collections by name takes about 200 KiB; `collStats` of one, about 30 KiB.
MAX_MESSAGE = 1 << 20

#: Replies to one connection never mix: an ask is sent when the reply before it has been read.
REQUEST_ID = 1

SLAVE_OK = 1 << 2
CHECKSUM_PRESENT = 1 << 0
REQUIRED_BITS = 0xFFFF

_HEADER = struct.Struct("<iiii")
_REPLY = struct.Struct("<iqii")
_LENGTH = struct.Struct("<i")
_FLAGS = struct.Struct("<I")
_CHECKSUM = 4

#: Dates stay integers, because a server may send one that no `datetime` can hold; text that is no
#: UTF-8 stays readable, because MongoDB 2.x cuts its error messages in the middle of a character.
_OPTIONS: CodecOptions[dict[str, object]] = CodecOptions(
    datetime_conversion=DatetimeConversion.DATETIME_MS, unicode_decode_error_handler="replace"
)


def framing(data: bytes) -> int | None:
    """Give the length of the first message, or None while it is incomplete.

    Raises:
        Garbled: the header announces what no reply can be.
    """
    if len(data) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack_from(data)
    if not _HEADER.size < size <= MAX_MESSAGE:  # most text is refused here, at its fourth byte
        raise Garbled(f"expected a message of at most {MAX_MESSAGE} bytes")
    if len(data) >= _HEADER.size and _opcode(data) not in {OP_REPLY, OP_MSG}:
        raise Garbled("expected OP_REPLY or OP_MSG")
    return size if len(data) >= size else None


def query(database: str, command: dict[str, object]) -> bytes:
    """Write a command as every server before 5.1 reads it: OP_QUERY on `DATABASE.$cmd`.

    Raises:
        Garbled: the database's name, which a server gave, would end the field early.
    """
    space = f"{database}.$cmd".encode()
    if b"\0" in space:
        raise Garbled("a database name that holds a NUL")
    head = _LENGTH.pack(SLAVE_OK) + space + b"\0" + struct.pack("<ii", 0, -1)
    return _message(OP_QUERY, head + bson.encode(command))


def message(database: str, command: dict[str, object]) -> bytes:
    """Write a command as every server since 3.6 reads it: OP_MSG with one section.

    Secondaries answer too, as they do to OP_QUERY with its `SLAVE_OK` bit.
    """
    aside = {"$db": database, "$readPreference": {"mode": "secondaryPreferred"}}
    return _message(OP_MSG, _FLAGS.pack(0) + b"\0" + bson.encode(command | aside))


def document(frame: bytes) -> Json:
    """Read the one document that a command is answered with.

    Raises:
        Garbled: not one whole message with one sound document.
    """
    if framing(frame) != len(frame):
        raise Garbled("expected one whole message")
    body = frame[_HEADER.size :]
    return _decoded(_reply(body) if _opcode(frame) == OP_REPLY else _section(body))


def _opcode(data: bytes) -> int:
    *_, opcode = _HEADER.unpack_from(data)
    return int(opcode)


def _message(opcode: int, body: bytes) -> bytes:
    return _HEADER.pack(_HEADER.size + len(body), REQUEST_ID, 0, opcode) + body


def _reply(body: bytes) -> bytes:
    if len(body) < _REPLY.size:
        raise Garbled("expected the head of OP_REPLY")
    *_, returned = _REPLY.unpack_from(body)
    if returned != 1:
        raise Garbled("expected one document in OP_REPLY")
    return body[_REPLY.size :]


def _section(body: bytes) -> bytes:
    """Take the document out of an OP_MSG; a stream of replies was not asked for."""
    if len(body) < _FLAGS.size + 1:
        raise Garbled("expected the head of OP_MSG")
    (flags,) = _FLAGS.unpack_from(body)
    if flags & REQUIRED_BITS & ~CHECKSUM_PRESENT:
        raise Garbled("expected no flag but the checksum's in OP_MSG")
    if body[_FLAGS.size] != 0:
        raise Garbled("expected a body section in OP_MSG")
    end = len(body) - (_CHECKSUM if flags & CHECKSUM_PRESENT else 0)
    return body[_FLAGS.size + 1 : end]


def _decoded(data: bytes) -> Json:
    try:
        value = bson.decode(data, _OPTIONS)
    except BSONError as error:
        raise Garbled("expected BSON") from error
    return Json(value)
