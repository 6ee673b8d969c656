"""One thing to install: tried, timed and told, whatever becomes of it."""

import sys
import time
from collections.abc import Callable, Iterable

from tests.lab.clients.call import NotInstalled

#: What is brought, and how; the answer is "new" or "ready".
Step = tuple[str, Callable[[], str]]


def try_all(steps: Iterable[Step]) -> int:
    """Try each in turn; how many could not be had."""
    return sum(not _try(name, step) for name, step in steps)


def _try(name: str, step: Callable[[], str]) -> bool:
    started = time.monotonic()
    try:
        news = step()
    except NotInstalled as why:
        _say(f"MISSING  {name}: {why}")
        return False
    _say(f"{news:8} {name} ({time.monotonic() - started:.1f} s)")
    return True


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
