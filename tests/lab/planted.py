"""Looks for the canary inside a server: in the files of its folder, and in its programs' memory.

A round that shows no canary proves something only of a server that holds one.
"""

import mmap
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tests.lab.servers.process import Running

_LARGEST = 64 << 20  # bytes of a file or a piece of memory that is looked through
_READABLE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) rw", re.MULTILINE)


def holds(server: Running, text: str) -> bool:
    """Tell whether a server, or one that it stands before, has a text at this moment.

    What it logs does not count.
    """
    wanted = (text.encode(), text.encode("utf-16-le"))
    return (
        _on_disk(server, wanted)
        or _in_memory(server, wanted)
        or any(holds(one, text) for one in server.behind)
    )


def _on_disk(server: Running, wanted: tuple[bytes, ...]) -> bool:
    files = (path for path in server.log.parent.rglob("*") if path != server.log)
    return any(_in_file(path, wanted) for path in files)


def _in_file(path: Path, wanted: tuple[bytes, ...]) -> bool:
    with suppress(OSError):  # a file that goes while we look held nothing that stays
        if path.is_symlink() or not path.is_file() or not 0 < path.stat().st_size <= _LARGEST:
            return False
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole,
        ):
            return any(whole.find(one) >= 0 for one in wanted)
    return False


def _in_memory(server: Running, wanted: tuple[bytes, ...]) -> bool:
    pieces = (piece for process in _processes(server.log.parent) for piece in _memory(process))
    return any(one in piece for piece in pieces for one in wanted)


def _processes(home: Path) -> Iterator[Path]:
    """Find the programs of a server: each was given its folder as its home, or works there."""
    given = b"HOME=" + os.fsencode(home)
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            settings = (process / "environ").read_bytes().split(b"\0")
            if given in settings or (process / "cwd").readlink().is_relative_to(home):
                yield process


def _memory(process: Path) -> Iterator[bytes]:
    """Read what a program may write to, piece by piece: its heap, its stacks, its buffers."""
    with suppress(OSError), (process / "mem").open("rb", buffering=0) as memory:
        for first, last in _READABLE.findall((process / "maps").read_text()):
            start, end = int(first, 16), int(last, 16)
            for place in range(start, end, _LARGEST):
                with suppress(OSError):  # what was never touched cannot be read
                    memory.seek(place)
                    yield memory.read(min(_LARGEST, end - place))
