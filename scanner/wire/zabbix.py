"""Zabbix: a frame behind a header, in which an agent is asked for one item.

Source: "Header and data length" and "Passive and active agent checks" of Zabbix's manual: `ZBXD`,
one byte of flags, the length and a reserved word, both little-endian.
"""

from typing import Final

from scanner.wire import Garbled

#: A version or a refusal; what an agent may answer besides is nothing that is asked for.
MAX_REPLY: Final = 4 << 10

#: Protocol of Zabbix, neither compressed nor large.
_HEADER: Final = b"ZBXD\x01"
_HEAD: Final = len(_HEADER) + 8

#: How an agent refuses an item; the reason follows behind a zero.
_REFUSED: Final = b"ZBX_NOTSUPPORTED"


def item(key: str) -> bytes:
    """Write the question for one item."""
    data = key.encode()
    return _HEADER + len(data).to_bytes(4, "little") + bytes(4) + data


def frame(data: bytes) -> int | None:
    """Give the length of the first answer, or None while it is incomplete.

    Raises:
        Garbled: another header, or more than `MAX_REPLY` bytes.
    """
    if data[: len(_HEADER)] != _HEADER[: len(data)]:
        raise Garbled("no header of Zabbix")
    if len(data) < _HEAD:
        return None
    size = int.from_bytes(data[len(_HEADER) : len(_HEADER) + 4], "little")
    if size > MAX_REPLY:
        raise Garbled(f"an answer beyond {MAX_REPLY} bytes")
    return _HEAD + size if len(data) >= _HEAD + size else None


def value(data: bytes) -> str | None:
    """Read the value of an item, or None where the agent refuses it."""
    told = data[_HEAD:]
    return None if told.startswith(_REFUSED) else told.decode("utf-8", "replace")
