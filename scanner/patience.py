"""Deadlines that count the peer's time only: while we wait for our own turn, they stand still."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import anyio


class Patience:
    """The deadlines of one conversation, each inside the one before.

    `waited` sums up, in seconds, how long we waited for our own turn.
    """

    def __init__(self) -> None:
        self.waited = 0.0
        self._scopes: list[anyio.CancelScope] = []

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Give the block so many seconds.

        Raises:
            TimeoutError: it took longer.
        """
        with anyio.fail_after(seconds) as scope:
            self._scopes.append(scope)
            try:
                yield
            finally:
                self._scopes.pop()

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Stop the clock of every deadline for the length of the block."""
        started = anyio.current_time()
        due = [(scope, scope.deadline) for scope in self._scopes]
        for scope, _ in due:
            scope.deadline = math.inf
        try:
            yield
        finally:
            waited = anyio.current_time() - started
            self.waited += waited
            for scope, deadline in due:
                scope.deadline = deadline + waited
