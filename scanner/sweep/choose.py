"""Which sweep a round can have: what all of them share, and what it takes to send SYNs."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, TypeAlias

from scanner.course import Course, Target
from scanner.model import Refused
from scanner.scope import Scope
from scanner.sweep.answer import Report, Tally
from scanner.sweep.connect import ConnectSweep
from scanner.sweep.descriptors import fitting
from scanner.sweep.listed import ListedSweep
from scanner.sweep.pace import Pace

if TYPE_CHECKING:
    from scanner.sweep.link import Link

    Links: TypeAlias = Callable[[], AbstractContextManager[dict[int, Link]]]

#: From so many endpoints on it pays to import numpy, a tenth of a second, for connects too. Below,
#: they go one by one, and one at a time to each host.
WORTH_A_RING = 1 << 14


class Sweep(Protocol):
    """Tells which endpoints are open, in a thread of its own, at the pace of the scope."""

    pace: Pace

    def run(  # noqa: PLR0913 - each is a wish that a caller may have
        self,
        endpoints: Course,
        report: Report,
        *,
        watch: frozenset[Target] = frozenset(),
        stop: threading.Event | None = None,
        pause: threading.Event | None = None,
        tally: Tally | None = None,
    ) -> Tally:
        """Visit the endpoints, each once, and report the open and the watched ones."""


class Means(StrEnum):
    """How to sweep; `auto` sends SYNs where it can, `list` sends nothing: others have swept."""

    LIST = "list"
    AUTO = "auto"
    CONNECT = "connect"
    SYN = "syn"


@contextmanager
def choose_sweep(  # noqa: PLR0913 - what either sweep needs
    means: Means,
    *,
    pace: Pace,
    scope: Scope,
    planned: int,
    width: int,
    warn: Callable[[str], None],
    drop: Callable[[], None],
) -> Iterator[Sweep]:
    """Hold the sweep that was asked for. Enter it before the guard watches.

    `planned` says how many endpoints there are. `warn` is told why `auto` means connects here, in
    one line. `drop` is called once raw sockets are open, for nothing after that needs a privilege.

    Raises:
        Refused: SYNs were asked for, and cannot be sent from here.
    """
    timeout, attempts = scope.rates.timeout, scope.rates.attempts
    with ExitStack() as sockets:
        if means is Means.LIST:
            yield ListedSweep(pace)
            return
        raw = "connects were asked for" if means is Means.CONNECT else _raw_links(sockets)
        if not isinstance(raw, str):
            drop()
        elif means is Means.SYN:
            raise Refused(f"--sweep syn: {raw}")
        elif means is Means.AUTO:
            warn(f"sweeping by ordinary connects: {raw}")
        few = planned < WORTH_A_RING
        links = (
            raw if not isinstance(raw, str) else None if few else _ring_links(width, timeout, warn)
        )
        if links is None:
            yield ConnectSweep(
                pace=pace, width=width, timeout=timeout, attempts=attempts, warn=warn
            )
            return
        from scanner.sweep.bulk import BulkSweep  # noqa: PLC0415 - numpy need not be there

        yield BulkSweep(
            pace=pace,
            links=links,
            allowed=scope.allowed,
            timeout=timeout,
            attempts=attempts,
            warn=warn,
        )


def _raw_links(sockets: ExitStack) -> "Links | str":
    """Open raw sockets, or say what is missing for them."""
    if why_not := why_no_syns():
        return why_not
    _keep_numpy_to_one_thread()
    from scanner.sweep.syn import links  # noqa: PLC0415 - numpy need not be there

    try:
        opened = sockets.enter_context(links())
    except OSError as error:
        return f"raw sockets, or the routing tables, are kept from us: {error.strerror}"
    return lambda: nullcontext(opened)


def _ring_links(width: int, timeout: float, warn: Callable[[str], None]) -> "Links | None":
    """Say how connects can go by the thousand, or None where they cannot."""
    if sys.platform != "linux" or find_spec("numpy") is None:
        return None
    _keep_numpy_to_one_thread()
    from scanner.sweep.ring import Syscalls  # noqa: PLC0415 - numpy need not be there
    from scanner.sweep.ringlink import FAMILIES, ring_links, why_no_ring  # noqa: PLC0415 - too

    syscalls = Syscalls()
    if why_no_ring(syscalls):
        return None
    each = fitting(width, warn) // len(FAMILIES)
    return lambda: ring_links(syscalls, width=each, timeout=timeout)


def _keep_numpy_to_one_thread() -> None:
    """Have numpy's linear algebra, which nothing here needs, start no threads on import.

    What is dropped after that they would keep.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def why_no_syns() -> str | None:
    """Say what is missing for a SYN sweep from here, or None. Sends nothing."""
    if sys.platform != "linux":
        return "SYNs are sent on Linux only"
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).close()
    except PermissionError:
        return "raw sockets need root or the capability CAP_NET_RAW"
    except OSError as error:
        return f"no raw sockets here: {error.strerror}"
    if find_spec("numpy") is None:
        return "numpy is not installed (pip install 'ronde[syn]')"
    return None
