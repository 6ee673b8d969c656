"""What a sweep can learn of an endpoint, whichever way it asks."""

import errno
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from scanner.census import Census
from scanner.course import Target
from scanner.datagrams import Heard
from scanner.model import Transport


class State(StrEnum):
    """How one endpoint answered; only the first two are the host's own word."""

    OPEN = "open"
    CLOSED = "closed"
    FILTERED = "filtered"
    UNREACHABLE = "unreachable"
    ERROR = "error"
    STOPPED = "stopped"

    __hash__ = str.__hash__  # the string's own: Enum's is in Python, and each endpoint is counted


@dataclass(frozen=True, slots=True)
class Observation:
    """One endpoint and how it answered; over UDP, `heard` is what it said."""

    address: str
    port: int
    state: State
    transport: Transport = Transport.TCP
    heard: Heard | None = None


#: Takes what a sweep has seen since the last report, at least one endpoint. The way from a sweep's
#: thread to the event loop costs as much for one as for many.
Report: TypeAlias = Callable[[Sequence[Observation]], None]


@dataclass(slots=True)
class Tally:
    """Running totals of a sweep; another thread may read them to show progress.

    `planned` endpoints were drawn from the plan so far. When the sweep is over each of them is in
    exactly one of `counts`: those that could not be tried for want of our own means are under
    `ERROR`, those given up because the sweep was told to stop under `STOPPED`. `width` is how
    many connections were allowed in flight in the end. `outside` counts what was dropped because
    it lies outside the plan, answers that nobody was asked for included; `repeats` counts answers
    to what had been answered or given up. `census` tells the same endpoints apart, those that
    were given up aside.
    """

    planned: int = 0
    width: int = 0
    outside: int = 0
    repeats: int = 0
    counts: Counter[State] = field(default_factory=Counter)
    census: Census = field(default_factory=Census)

    def add(self, target: Target, state: State, transport: Transport = Transport.TCP) -> None:
        """Count what became of one endpoint."""
        self.counts[state] += 1
        self.census.add(target, state, transport)


#: What the result of a connect says of the endpoint; Linux and the BSDs agree on these.
STATES = {
    0: State.OPEN,
    # A reset can only follow a completed handshake: the door opened, then it was slammed.
    errno.ECONNRESET: State.OPEN,
    errno.EPIPE: State.OPEN,
    errno.ECONNREFUSED: State.CLOSED,
    errno.ETIMEDOUT: State.FILTERED,
    errno.EHOSTUNREACH: State.UNREACHABLE,
    errno.ENETUNREACH: State.UNREACHABLE,
    errno.EHOSTDOWN: State.UNREACHABLE,
    errno.ENETDOWN: State.UNREACHABLE,
    errno.ENOPROTOOPT: State.UNREACHABLE,  # ICMP "protocol unreachable"
    errno.EACCES: State.UNREACHABLE,  # a `prohibit` route of our own
    errno.EPERM: State.UNREACHABLE,  # a packet filter of our own
    errno.EINVAL: State.UNREACHABLE,  # a `blackhole` route, a link-local address without a link
    errno.EAFNOSUPPORT: State.UNREACHABLE,  # IPv6 is off here
}

#: Our own means ran out: descriptors, buffers, local ports. It says nothing of the endpoint.
SHORTAGES = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EADDRNOTAVAIL,
        errno.EAGAIN,
    }
)
