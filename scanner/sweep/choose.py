"""Which sweep a round can have: what all of them share, and what it takes to send SYNs."""

import socket
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from importlib.util import find_spec
from typing import Protocol

from scanner.addresses import AddressSet
from scanner.course import Course, Target
from scanner.model import Refused
from scanner.sweep.answer import Observation, Tally
from scanner.sweep.connect import ConnectSweep
from scanner.sweep.pace import Pace


class Sweep(Protocol):
    """Tells which endpoints are open, in a thread of its own, at the pace of the scope."""

    def run(
        self,
        endpoints: Course,
        report: Callable[[Observation], None],
        *,
        watch: frozenset[Target] = frozenset(),
        stop: threading.Event | None = None,
        tally: Tally | None = None,
    ) -> Tally:
        """Visit the endpoints, each once, and report the open and the watched ones."""


class Means(StrEnum):
    """How to sweep; `auto` sends SYNs where it can."""

    AUTO = "auto"
    CONNECT = "connect"
    SYN = "syn"


def choose_sweep(  # noqa: PLR0913 - what either sweep needs
    means: Means,
    *,
    pace: Pace,
    allowed: AddressSet,
    width: int,
    timeout: float,
    attempts: int,
    warn: Callable[[str], None],
) -> Sweep:
    """Make the sweep that was asked for. Call it before the guard watches.

    `warn` is told why `auto` means connects here, in one line.

    Raises:
        Refused: SYNs were asked for, and cannot be sent from here.
    """
    why_not = None if means is Means.CONNECT else why_no_syns()
    if means is Means.SYN and why_not:
        raise Refused(f"no SYN sweep: {why_not}")
    if means is Means.CONNECT or why_not:
        if why_not:
            warn(f"sweeping by ordinary connects: {why_not}")
        return ConnectSweep(pace=pace, width=width, timeout=timeout, attempts=attempts, warn=warn)
    from scanner.sweep.syn import SynSweep  # noqa: PLC0415 - numpy need not be there otherwise

    return SynSweep(pace=pace, allowed=allowed, timeout=timeout, attempts=attempts, warn=warn)


def why_no_syns() -> str | None:
    """Say what is missing for a SYN sweep from here, or None. Sends nothing."""
    if sys.platform != "linux":
        return "SYNs are sent on Linux only"
    if find_spec("numpy") is None:
        return "numpy is not installed (pip install 'ronde[syn]')"
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP).close()
    except PermissionError:
        return "raw sockets need root or the capability CAP_NET_RAW"
    except OSError as error:
        return f"no raw sockets here: {error.strerror}"
    return None
