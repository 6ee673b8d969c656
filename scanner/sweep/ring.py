"""Linux's io_uring, as far as connects need it: a thousand of them in one system call.

Layouts and numbers: include/uapi/linux/io_uring.h. No audit event tells of what is connected to
here, so whoever calls this must have compared every destination with the scope.
"""

import ctypes
import errno
import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Requests handed over at a time, at most: what the sweep sends in one lot.
REQUESTS = 1024

#: Results that may lie there unread. More are kept by the kernel until there is room (NODROP).
RESULTS = 1 << 14

CONNECT, CANCEL = 16, 14

REQUEST = np.dtype(
    {
        "names": ["opcode", "fd", "offset", "address", "mark"],
        "formats": ["u1", "i4", "u8", "u8", "u8"],
        "offsets": [0, 4, 8, 16, 32],
        "itemsize": 64,
    }
)
RESULT = np.dtype([("mark", "u8"), ("code", "i4"), ("flags", "u4")])

Requests: TypeAlias = NDArray[np.void]
Results: TypeAlias = NDArray[np.void]

# The numbers of the calls are the same on every architecture (`asm-generic/unistd.h`).
_SETUP, _ENTER = 425, 426

#: Get results, and wait for them as `struct io_uring_getevents_arg` says. Without a number to
#: wait for, newer kernels work off twenty at a time.
_MANNER = 1 << 0 | 1 << 3

# struct io_uring_params, in words of 32 bits: the request ring's offsets begin at word 10, the
# result ring's at word 20.
_WORDS = 30
_REQUEST_COUNT, _RESULT_COUNT, _FLAGS = 0, 1, 2
_REQUEST_TAIL, _REQUEST_ARRAY = 11, 16
_RESULT_HEAD, _RESULT_TAIL, _RESULT_ARRAY = 20, 21, 25

_RESULT_COUNT_GIVEN, _SUBMIT_ALL, _SINGLE_ISSUER, _DEFER_TASKRUN = 1 << 3, 1 << 7, 1 << 12, 1 << 13

#: Results are worked off in our own calls and nowhere else (Linux 6.1), so no other thread writes
#: what we read, and memory needs no barriers.
_SETTINGS = _RESULT_COUNT_GIVEN | _SUBMIT_ALL | _SINGLE_ISSUER | _DEFER_TASKRUN

_REQUESTS_AT = 0x10000000


class Syscalls:
    """The door to calls that libc has no names for.

    Make it before the guard watches: the guard lets no library be loaded.
    """

    def __init__(self) -> None:
        self._call = ctypes.CDLL(None, use_errno=True).syscall
        self._call.restype = ctypes.c_long

    def __call__(self, number: int, *arguments: int) -> int:
        """Make a call.

        Raises:
            OSError: it failed.
        """
        returned = int(self._call(*(ctypes.c_long(word) for word in (number, *arguments))))
        if returned < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return returned


class Ring:
    """One ring. It belongs to the thread that sets it up; `ring` closes it."""

    def __init__(self, syscalls: Syscalls) -> None:
        self._syscalls = syscalls
        told = np.zeros(_WORDS, np.uint32)
        told[_FLAGS], told[_RESULT_COUNT] = _SETTINGS, RESULTS
        self._fd = syscalls(_SETUP, REQUESTS, told.ctypes.data)
        try:
            shared, requests = _mapped(self._fd, told)
        except OSError:
            os.close(self._fd)
            raise
        self._words = np.frombuffer(shared, np.uint32)
        self._requests = np.frombuffer(requests, REQUEST)
        self._results = np.frombuffer(
            shared, RESULT, count=int(told[_RESULT_COUNT]), offset=int(told[_RESULT_ARRAY])
        )
        order = int(told[_REQUEST_ARRAY]) // 4
        self._words[order : order + REQUESTS] = np.arange(REQUESTS)
        self._tail_at, self._head_at, self._end_at = (
            int(told[word]) // 4 for word in (_REQUEST_TAIL, _RESULT_HEAD, _RESULT_TAIL)
        )
        self._tail = self._head = 0
        self._no_time = np.zeros(2, np.int64)  # struct timespec
        self._wait = np.array([0, 0, self._no_time.ctypes.data], np.uint64)
        self._at_once = (self._wait.ctypes.data, self._wait.nbytes)

    def submit(self, requests: Requests, expected: int) -> None:
        """Hand over at most `REQUESTS`, and have the kernel work off what it has results for.

        `expected` is how many results there may be, at most; less if it is less. Does not wait.

        Raises:
            OSError: the kernel does not take them.
        """
        left = len(requests)
        self._requests[(self._tail + np.arange(left)) % REQUESTS] = requests
        self._tail = (self._tail + left) & 0xFFFFFFFF
        self._words[self._tail_at] = self._tail
        while True:
            try:
                left -= self._syscalls(_ENTER, self._fd, left, expected, _MANNER, *self._at_once)
            except OSError as error:
                if left or error.errno != errno.ETIME:  # which says that there are fewer
                    raise
            if not left:
                return

    def results(self) -> Results:
        """Take what has been worked off."""
        end = int(self._words[self._end_at])
        count = (end - self._head) & 0xFFFFFFFF
        taken = self._results[(self._head + np.arange(count)) % len(self._results)]
        self._head = end
        self._words[self._head_at] = end
        return taken

    def close(self) -> None:
        """Have everything in flight given up."""
        os.close(self._fd)


@contextmanager
def ring(syscalls: Syscalls) -> Iterator[Ring]:
    """Hold a ring.

    Raises:
        OSError: this kernel has none such, or lets us have none.
    """
    one = Ring(syscalls)
    try:
        yield one
    finally:
        one.close()


def _mapped(fd: int, told: NDArray[np.uint32]) -> tuple[mmap.mmap, mmap.mmap]:
    """Map both rings, which share one piece of memory (Linux 5.4), and the requests."""
    size = max(
        int(told[_REQUEST_ARRAY]) + int(told[_REQUEST_COUNT]) * 4,
        int(told[_RESULT_ARRAY]) + int(told[_RESULT_COUNT]) * RESULT.itemsize,
    )
    flags = mmap.MAP_SHARED | mmap.MAP_POPULATE
    return (
        mmap.mmap(fd, size, flags),
        mmap.mmap(fd, REQUESTS * REQUEST.itemsize, flags, offset=_REQUESTS_AT),
    )
