"""What an rsync daemon says before anything is transferred: lines.

Source: clientserver.c of rsync; https://download.samba.org/pub/rsync/rsyncd.conf.5
"""

from collections.abc import Iterator
from typing import Final

from scanner.wire import Garbled

#: The longest line of a real server: a module's name and comment, or a line of the day's message.
MAX_LINE = 1024

#: A message of the day and the modules; `send_listing` puts each on a line.
MAX_LINES = 4_000

PREFIX: Final = b"@RSYNCD: "
ERROR: Final = b"@ERROR"

_ANSWERS: Final = (b"@RSYNCD: OK", b"@RSYNCD: AUTHREQD ", b"@RSYNCD: EXIT", ERROR)


def frame_greeting(data: bytes) -> int | None:
    """Give the length of the line with which a server begins, or None while it is incomplete.

    Raises:
        Garbled: another beginning.
    """
    if not (data.startswith(PREFIX) or PREFIX.startswith(data)):
        raise Garbled("expected an rsync greeting")
    return next((end for _, end in _lines(data)), None)


def frame_answer(data: bytes) -> int | None:
    """Give the length up to the line that settles a request; a message of the day comes before it.

    Raises:
        Garbled: lines too long or too many.
    """
    return next((end for line, end in _lines(data) if line.startswith(_ANSWERS)), None)


def answer(data: bytes) -> bytes:
    """Give the line that settles a request.

    Raises:
        Garbled: there is none.
    """
    found = next((line for line, _ in _lines(data) if line.startswith(_ANSWERS)), None)
    if found is None:
        raise Garbled("no line that settles the request")
    return found


def modules(data: bytes) -> tuple[str, ...]:
    """Name the modules of a listing: what stands before a tab, padded. Comments are dropped."""
    listed = (line for line, _ in _lines(data) if b"\t" in line and not line.startswith(b"@"))
    return tuple(
        line.partition(b"\t")[0].rstrip(b" ").decode("utf-8", "replace") for line in listed
    )


def _lines(data: bytes) -> Iterator[tuple[bytes, int]]:
    at = 0
    for _ in range(MAX_LINES):
        end = data.find(b"\n", at, at + MAX_LINE)
        if end < 0:
            if len(data) - at >= MAX_LINE:
                raise Garbled(f"a line longer than {MAX_LINE} bytes")
            return
        yield data[at:end].removesuffix(b"\r"), end + 1
        at = end + 1
    raise Garbled(f"more than {MAX_LINES} lines")
