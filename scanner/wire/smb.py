"""SMB 2 and 3.0: as much of it as a session without a name needs to see a list of shares.

Source: MS-SMB2, section 2.2; MS-NLMP, section 2.2.1, for the two tokens of an anonymous log-on.
Identifiers that a server gives are handed back as they came: texts of bytes, one character each.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scanner.wire import Garbled

#: A listing of some hundred shares takes 16 KiB.
MAX_MESSAGE = 128 << 10
MAX_MESSAGES = 8

NEGOTIATE, SESSION_SETUP, LOGOFF, TREE_CONNECT, CREATE, IOCTL = 0, 1, 2, 3, 5, 11

SUCCESS = 0
PENDING = 0x0000_0103
MORE_PROCESSING = 0xC000_0016
ACCESS_DENIED = 0xC000_0022
LOGON_FAILURE = 0xC000_006D
BAD_NETWORK_NAME = 0xC000_00CC

#: 2.0.2, 2.1, 3.0 and 3.0.2: a session without a name is neither signed nor encrypted in them.
_DIALECTS: Final = (0x0202, 0x0210, 0x0300, 0x0302)

_HEAD: Final = 64
_MAGIC: Final = b"\xfeSMB"
_PIPE_TRANSCEIVE: Final = 0x0011_C017
_NTLM_FLAGS: Final = 0x0008_0205  # Unicode, target wanted, NTLM, extended session security
_ANONYMOUS: Final = 0x0000_0800


@dataclass(frozen=True, slots=True)
class Reply:
    """A response: its status, the identifiers in its head, and what follows the head."""

    command: int
    status: int
    session: str
    tree: str
    body: bytes


def negotiate() -> bytes:
    """Write NEGOTIATE [2.2.3]; the client's identifier is a word, not an identity."""
    head = struct.pack("<HHHHI16sQ", 36, len(_DIALECTS), 1, 0, 0, b"ronderonderonde0", 0)
    return _message(NEGOTIATE, "\0", head + struct.pack("<4H", *_DIALECTS))


def introduction() -> bytes:
    """Write the first SESSION_SETUP [2.2.5]: an NTLM negotiation."""
    return _setup("\1", "", _token(1) + struct.pack("<I", _NTLM_FLAGS) + bytes(16))


def anonymous(session: str) -> bytes:
    """Write the second SESSION_SETUP: neither a user's name nor a response [MS-NLMP 3.2.5.1.2]."""
    empty = struct.pack("<HHI", 0, 0, 65)
    response = struct.pack("<HHI", 1, 1, 64)  # one zero byte: the mark of an anonymous log-on
    flags = struct.pack("<I", _NTLM_FLAGS | _ANONYMOUS)
    return _setup("\2", session, _token(3) + response + empty * 5 + flags + b"\0")


def tree_connect(number: str, session: str, share: str) -> bytes:
    """Write TREE_CONNECT [2.2.9]; every server answers to the name `*SMBSERVER`."""
    path = f"\\\\*SMBSERVER\\{share}".encode("utf-16-le", "surrogatepass")
    body = struct.pack("<HHHH", 9, 0, _HEAD + 8, len(path)) + path
    return _message(TREE_CONNECT, number, body, session)


def open_pipe(session: str, tree: str, name: str) -> bytes:
    """Write CREATE [2.2.13] for a pipe that exists; nothing is made."""
    path = name.encode("utf-16-le", "surrogatepass")
    head = struct.pack("<HBBIQQ", 57, 0, 0, 2, 0, 0)
    access = struct.pack("<IIIII", 0x0012_019F, 0, 7, 1, 0)  # read and write; open, never make
    body = head + access + struct.pack("<HHII", _HEAD + 56, len(path), 0, 0) + path
    return _message(CREATE, "\4", body, session, tree)


def transceive(number: str, session: str, tree: str, file: str, data: bytes) -> bytes:
    """Write IOCTL [2.2.31] that puts a request into a pipe and takes the answer out."""
    head = struct.pack("<HHI", 57, 0, _PIPE_TRANSCEIVE) + _raw(file, 16)
    sizes = struct.pack("<IIIIIIII", _HEAD + 56, len(data), 0, 0, 0, 1 << 16, 1, 0)
    return _message(IOCTL, number, head + sizes + data, session, tree)


def logoff(number: str, session: str) -> bytes:
    """Write LOGOFF [2.2.7]."""
    return _message(LOGOFF, number, struct.pack("<HH", 4, 0), session)


def frame(data: bytes) -> int | None:
    """Give the length up to the end of a response; one that says "pending" is not the last.

    Raises:
        Garbled: no SMB 2, or a message too long.
    """
    return next((end for status, _, end in _messages(data) if status != PENDING), None)


def decode(data: bytes, command: int) -> Reply:
    """Read what `frame` found.

    Raises:
        Garbled: no response, or one to another command.
    """
    message, end = b"", 0
    for _, message, end in _messages(data):  # noqa: B007 - the last one is wanted
        pass
    if end != len(data) or len(message) < _HEAD:
        raise Garbled("not exactly one response")
    status, answered = struct.unpack_from("<IH", message, 8)
    if answered != command or not message[16] & 1:
        raise Garbled("no response to our command")
    session, tree = _text(message[40:48]), _text(message[36:40])
    return Reply(command, status, session, tree, message[_HEAD:])


def dialect(reply: Reply) -> str:
    """Read the dialect that a server chose [2.2.4].

    Raises:
        Garbled: none that was offered.
    """
    chosen = int.from_bytes(reply.body[4:6], "little")
    if chosen not in _DIALECTS or len(reply.body) < _HEAD:
        raise Garbled("a dialect that was not offered")
    return ".".join(f"{chosen:04x}"[1:])


def file_of(reply: Reply) -> str:
    """Read the identifier of an opened pipe [2.2.14]."""
    return _text(reply.body[64:80])


def output_of(reply: Reply) -> bytes:
    """Read what came out of a pipe [2.2.32].

    Raises:
        Garbled: it is not where the response says.
    """
    if len(reply.body) < 48:  # noqa: PLR2004 - the fixed part
        raise Garbled("a response that stops in the middle")
    start, size = struct.unpack_from("<II", reply.body, 32)
    output = reply.body[start - _HEAD : start - _HEAD + size] if start >= _HEAD else b""
    if len(output) != size:
        raise Garbled("an output that ends beyond its message")
    return output


def _message(command: int, number: str, body: bytes, session: str = "", tree: str = "") -> bytes:
    head = struct.pack("<4sHHIHHII", _MAGIC, _HEAD, 1, 0, command, 31, 0, 0)
    ids = _raw(number, 8) + bytes(4) + _raw(tree, 4) + _raw(session, 8) + bytes(16)
    return struct.pack(">I", _HEAD + len(body)) + head + ids + body


def _setup(number: str, session: str, token: bytes) -> bytes:
    head = struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, _HEAD + 24, len(token), 0)
    return _message(SESSION_SETUP, number, head + token, session)


def _token(kind: int) -> bytes:
    return b"NTLMSSP\0" + struct.pack("<I", kind)


def _raw(text: str, size: int) -> bytes:
    return text.encode("latin-1", "replace")[:size].ljust(size, b"\0")


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _messages(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Walk the complete messages: status, bytes, where it ends."""
    at = 0
    for _ in range(MAX_MESSAGES):
        if not _MAGIC.startswith(data[at + 4 : at + 8]):
            raise Garbled("no SMB 2")
        if len(data) < at + 4:
            return
        size = int.from_bytes(data[at : at + 4], "big")
        if not _HEAD <= size <= MAX_MESSAGE:
            raise Garbled(f"a message length that is none up to {MAX_MESSAGE}")
        if len(data) < at + 4 + size:
            return
        message = data[at + 4 : at + 4 + size]
        yield int.from_bytes(message[8:12], "little"), message, at + 4 + size
        at += 4 + size
    raise Garbled(f"more than {MAX_MESSAGES} messages")
