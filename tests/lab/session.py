"""Keeps the servers of a test session: each is started once, and only so many run at a time."""

import os
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager, ExitStack
from typing import ParamSpec

import pytest

from tests.lab.servers import NotStarted, Running

AT_ONCE = 6  # a JVM of ours takes 0.5 GiB and, while it starts, a whole core

P = ParamSpec("P")


class Lab:
    """Hands out running servers; the one asked for longest ago is the first to be ended."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[ExitStack, Running]] = OrderedDict()

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
        if key not in self._kept:
            while len(self._kept) >= AT_ONCE:
                self._end_oldest()
            self._kept[key] = _enter(make(*args, **how))
        self._kept.move_to_end(key)
        return self._kept[key][1]

    def close(self) -> None:
        """Ends every server that still runs, the newest first."""
        while self._kept:
            _, (stack, _) = self._kept.popitem()
            stack.close()

    def _end_oldest(self) -> None:
        _, (stack, _) = self._kept.popitem(last=False)
        stack.close()


def _enter(server: AbstractContextManager[Running]) -> tuple[ExitStack, Running]:
    stack = ExitStack()
    try:
        return stack, stack.enter_context(server)
    except NotStarted as why:
        if os.environ.get("CI") == "true":
            pytest.fail(str(why), pytrace=False)
        pytest.skip(f"{why.name}: {why.why}")
