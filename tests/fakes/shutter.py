"""A scope whose window a test closes and opens, for all processes of a round at once."""

import os
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path

from scanner.scope import Scope

#: Slow enough for a window to close on a round of some hundred connections, in connections a
#: second; fast enough to be shared between two workers.
RATE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Shuttered(Scope):
    """Its window is closed while there is a file; each process that sees it says so beside it."""

    shutter: Path

    def is_open(self, now: datetime) -> bool:  # noqa: ARG002 - as a scope is asked
        """Look for the file."""
        closed = self.shutter.exists()
        if closed:
            self.shutter.with_suffix(f".{os.getpid()}").touch()
        return not closed

    def next_open(self, now: datetime) -> datetime:
        """Expect it to be gone at any moment."""
        return now


def shuttered(scope: Scope, shutter: Path) -> Shuttered:
    """Put a shutter before a scope, and slow it down."""
    facts = {one.name: getattr(scope, one.name) for one in fields(scope) if one.init}
    facts["rates"] = replace(scope.rates, connections_per_second=RATE)
    return Shuttered(**facts, shutter=shutter)
