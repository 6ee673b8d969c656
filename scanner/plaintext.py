"""Untrusted text made safe to show: nothing that a server says may move a cursor or hide a word."""

import json
import re

import msgspec

#: The longest name in the field is an Elasticsearch index: 255 bytes.
MAX_SHOWN = 255

#: Says that text was cut; one character, so that a limit stays a limit.
CUT = "…"

#: Encoded JSON has its ASCII controls escaped; DEL and everything beyond ASCII remain.
_NOT_PLAIN_JSON = re.compile(r"[^\x20-\x7e]")

#: The first code point that JSON writes as a pair of surrogates.
_ASTRAL = 0x10000


def printable(text: str, limit: int = MAX_SHOWN) -> str:
    r"""Escape what a terminal, a log or a reader's eye would obey, and cut to `limit` characters.

    Controls (C0, C1), bidirectional and other format characters, line separators, lone surrogates,
    private and unassigned characters become `\x1b`, `\u202e`, `\U000e0001`. Letters of every
    script stay. A backslash stays too, so printing twice changes nothing.
    """
    # Cut before the work: the work must not grow with what a server sends.
    pieces = [_escaped(char) for char in text[: limit + 1]]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    return _fitting(pieces, limit - len(CUT)) + CUT


def document(value: msgspec.Struct) -> bytes:
    r"""Encode a published object as one line of JSON that is safe to print as it is.

    JSON must escape C0 only; here everything that `printable` escapes is `\u….` as well, because
    an 8-bit CSI or a bidirectional override acts on whoever reads the file with `cat`.
    """
    try:
        line = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        # A lone surrogate cannot be encoded, and strict readers refuse its JSON escape as well.
        line = json.dumps(_encodable(msgspec.to_builtins(value)), ensure_ascii=False)
    return _NOT_PLAIN_JSON.sub(_json_escape, line).encode()


def _escaped(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode("ascii")


def _fitting(pieces: list[str], room: int) -> str:
    """Join whole pieces only: half an escape would say something else."""
    kept: list[str] = []
    for piece in pieces:
        room -= len(piece)
        if room < 0:
            break
        kept.append(piece)
    return "".join(kept)


def _encodable(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_encodable(key): _encodable(member) for key, member in value.items()}
        case list() | tuple():
            return [_encodable(element) for element in value]
        case _:
            return value


def _json_escape(match: re.Match[str]) -> str:
    char = match[0]
    if char.isprintable():
        return char
    code = ord(char)
    if code < _ASTRAL:
        return f"\\u{code:04x}"
    high, low = divmod(code - _ASTRAL, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
