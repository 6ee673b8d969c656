"""Keeps the servers of a test session: each is started once, and only so many run at a time."""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import ParamSpec, TypeVar

import pytest

from tests.lab.servers.process import NotStarted, Running

AT_ONCE = 8  # a JVM of ours takes 0.5 GiB and, while it starts, a whole core
TOGETHER = 2  # four nodes in 28 s one by one, in 16 s two by two, in 18 s all at once, on two cores

P = ParamSpec("P")
T = TypeVar("T")


class Lab:
    """Hands out running servers; the one asked for longest ago is the first to be ended."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, _Place] = OrderedDict()
        self._turn = threading.Lock()

    def start(
        self,
        make: Callable[P, AbstractContextManager[Running]],
        *args: P.args,
        **how: P.kwargs,
    ) -> Running:
        """The server that `make(*args, **how)` describes, running.

        Where it cannot be started, the test is skipped; in CI, where all of them must, it fails.
        """
        key = (make, args, tuple(sorted(how.items())))
        with self._turn:
            place = self._kept.setdefault(key, _Place())
            self._kept.move_to_end(key)
            surplus = range(len(self._kept) - AT_ONCE)
            oldest = [self._kept.popitem(last=False)[1] for _ in surplus]
        for one in oldest:
            one.end()
        return place.filled(make(*args, **how))

    def start_all(self, starts: Sequence[Callable[["Lab"], Running]]) -> tuple[Running, ...]:
        """Several servers, each by a function that starts it here, in their order.

        Raises:
            ValueError: they are more than may stand at a time, so that the first are gone again.
        """
        with ThreadPoolExecutor(TOGETHER) as pool:
            servers = tuple(pool.map(lambda start: start(self), starts))
        kept = [place.running for place in self._kept.values()]
        if gone := [one.name for one in servers if one not in kept]:
            raise ValueError(f"more than {AT_ONCE} servers at a time; ended again: {gone}")
        return servers

    @staticmethod
    @contextmanager
    def ready(thing: AbstractContextManager[T]) -> Iterator[T]:
        """A thing of the lab for a block; where it cannot be had, as with a server."""
        stack, got = _enter(thing)
        with stack:
            yield got

    def close(self) -> None:
        """Ends every server that still runs, the newest first."""
        while self._kept:
            self._kept.popitem()[1].end()


class _Place:
    """Where one server is kept; one thread at a time starts or ends it."""

    def __init__(self) -> None:
        self._held: tuple[ExitStack, Running] | None = None
        self._turn = threading.Lock()

    def filled(self, server: AbstractContextManager[Running]) -> Running:
        with self._turn:
            self._held = self._held or _enter(server)
            return self._held[1]

    @property
    def running(self) -> Running | None:
        return self._held[1] if self._held else None

    def end(self) -> None:
        with self._turn:
            if self._held is not None:
                self._held[0].close()
                self._held = None


def _enter(thing: AbstractContextManager[T]) -> tuple[ExitStack, T]:
    stack = ExitStack()
    try:
        return stack, stack.enter_context(thing)
    except NotStarted as why:
        if os.environ.get("CI") == "true":
            pytest.fail(str(why), pytrace=False)
        pytest.skip(f"{why.name}: {why.why}")
