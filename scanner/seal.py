"""The chain of an audit trail: each line holds the seal of the line before, its SHA-256.

So no line can be changed, removed, added or moved without breaking the chain behind it, save by
somebody who writes the whole rest anew: against him, the seal of the last line is kept elsewhere.
"""

import os
from hashlib import sha256

#: Far more than the longest ask that any probe has, with both addresses.
MAX_LINE = 64 << 10

#: What stands before the first line.
NOTHING = sha256(b"").hexdigest()


def seal_of(line: bytes) -> str:
    """Give the seal of a line, without its end."""
    return sha256(line).hexdigest()


def last_line(descriptor: int, size: int) -> tuple[bytes, bool]:
    """Give the last line of a file of so many bytes, without its end, and whether it has one.

    A line that is longer than `MAX_LINE` is none of a trail; its seal is that of its last piece.
    """
    tail = os.pread(descriptor, MAX_LINE, max(0, size - MAX_LINE))
    is_whole = not tail or tail.endswith(b"\n")
    return tail.removesuffix(b"\n").rpartition(b"\n")[2], is_whole
