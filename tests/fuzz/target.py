"""What is fuzzed, and what counts as a crash."""

import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias

from scanner.model import Refused
from scanner.wire import Garbled

#: What outsiders hand over in one piece is judged up to here, in bytes.
LONGEST = 64 << 10

#: Seconds of processor time for one input: more for 64 KiB is work that grows with its square.
MOST_SECONDS = 1.0

#: Bytes by which one input may raise the most that the process ever held. A reply may be 1 MiB,
#: and is a few times as large once decoded.
MOST_MEMORY = 64 << 20

#: `ru_maxrss` is in KiB on Linux and in bytes on macOS.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1 << 10

Read: TypeAlias = Callable[[bytes], object]
Framing: TypeAlias = Callable[[bytes], int | None]
Seeds: TypeAlias = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Target:
    """One harness: `read` takes any bytes, and raises for what must not be; `seeds` are real."""

    name: str
    read: Read
    seeds: Seeds

    def run(self, data: bytes) -> None:
        """Feed one input.

        Raises:
            AssertionError: too slow, too much memory, or a promise that does not hold.
            Exception: any that is not declared.
        """
        with _within_bounds():
            self.read(data)


@contextmanager
def _within_bounds() -> Iterator[None]:
    before, started = most_memory(), time.thread_time()
    yield
    took, grown = time.thread_time() - started, most_memory() - before
    assert took < MOST_SECONDS, f"{took:.1f} s of work"
    assert grown < MOST_MEMORY, f"{grown >> 20} MiB more"


def most_memory() -> int:
    """Give the most that the process ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


def each(*readers: Read) -> Read:
    """Read the same bytes in several ways; garble and refusals are declared, all else is not."""

    def read(data: bytes) -> None:
        for reader in readers:
            with suppress(Garbled, Refused):
                reader(data)

    return read


def framed(framing: Framing) -> Read:
    """Hold a framing to its promise: a length that has come, and the same however much follows."""

    def read(data: bytes) -> None:
        length = framing(data)
        if length is not None:
            assert 0 < length <= len(data), "a frame of no length, or longer than what came"
            assert framing(data[:length]) == length, "another frame without what follows it"

    return read
