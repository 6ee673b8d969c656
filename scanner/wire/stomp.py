"""STOMP: a connection without a login, and the frame that answers it.

Source: https://stomp.github.io/stomp-specification-1.2.html
"""

from dataclasses import dataclass

from scanner.wire import Garbled

#: A refusal of ActiveMQ carries the trace of its exception: about 4 KiB.
MAX_FRAME = 64 << 10

_STARTS = (b"CONNECTED\n", b"CONNECTED\r\n", b"ERROR\n", b"ERROR\r\n")
_END = b"\0"

#: The lines that may stand before a frame: they keep a connection alive.
_HEART_BEATS = b"\r\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame without its body: its command, and its headers by their first value."""

    command: str
    headers: dict[str, str]

    @property
    def is_error(self) -> bool:
        """Tell whether a server refuses by it."""
        return self.command == "ERROR"


def frame_of(command: str, **headers: str) -> bytes:
    """Write a frame without a body; `accept_version` is the header `accept-version`."""
    lines = [command, *(f"{name.replace('_', '-')}:{value}" for name, value in headers.items())]
    return "\n".join((*lines, "", "")).encode() + _END


def frame(data: bytes) -> int | None:
    """Give the length of the first frame, the line ends before it included.

    Raises:
        Garbled: the bytes cannot become an answer to a connection.
    """
    start = len(data) - len(data.lstrip(_HEART_BEATS))
    if data[start:] and not any(one.startswith(data[start : start + len(one)]) for one in _STARTS):
        raise Garbled("no frame of STOMP that answers a connection")
    if len(data) > MAX_FRAME:
        raise Garbled(f"a frame above {MAX_FRAME} bytes")
    end = data.find(_END, start)
    return end + 1 if end >= 0 else None


def decode(data: bytes) -> Frame:
    """Read command and headers of a frame; its body is dropped."""
    text = data.lstrip(_HEART_BEATS).rstrip(_END).decode("utf-8", "replace")
    command, *lines = text.replace("\r\n", "\n").partition("\n\n")[0].split("\n")
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name, value)
    return Frame(command, headers)
