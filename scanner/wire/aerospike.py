"""Aerospike's info protocol: lines of commands out, lines of names and values back.

Source: as/include/base/proto.h and as/src/base/thr_info.c of aerospike/aerospike-server.
"""

from scanner.wire import Garbled

#: A listing of 2,000 sets takes about 600 KiB.
MAX_REPLY = 4 << 20

#: The version of the protocol, and its type for information; six bytes of size follow.
_HEAD = b"\2\1"
_HEADER = 8


def request(command: str) -> bytes:
    """Ask for the value of one command."""
    body = f"{command}\n".encode()
    return _HEAD + len(body).to_bytes(_HEADER - len(_HEAD)) + body


def frame(data: bytes) -> int | None:
    """Give the length of the reply, or None while it is incomplete.

    Raises:
        Garbled: another protocol, or a reply beyond the cap.
    """
    if not _HEAD.startswith(data[: len(_HEAD)]):
        raise Garbled("expected information from Aerospike")
    if len(data) < _HEADER:
        return None
    size = _HEADER + int.from_bytes(data[len(_HEAD) : _HEADER])
    if size > MAX_REPLY:
        raise Garbled(f"a reply longer than {MAX_REPLY} bytes")
    return size if len(data) >= size else None


def value(data: bytes, command: str) -> str:
    """Read the value of a command; a refusal of everything comes without its name.

    Raises:
        Garbled: the reply is to something else.
    """
    line = data[_HEADER:].decode("utf-8", "replace").removesuffix("\n")
    name, tab, told = line.partition("\t")
    if line.startswith("ERROR:"):
        return line
    if name != command or not tab:
        raise Garbled("expected the value of the command")
    return told


def error(told: str) -> int | None:
    """Give the number of an error, or None where the value is none or names none."""
    word, _, rest = told.partition(":")
    number = rest.partition(":")[0]
    known = word == "ERROR" and number.isascii() and number.isdigit() and len(number) <= len("999")
    return int(number) if known else None
