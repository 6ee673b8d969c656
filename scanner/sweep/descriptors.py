"""How many connections this process may have in flight: each of them is an open file."""

import resource
import sys
from collections.abc import Callable
from contextlib import suppress


def fitting(width: int, warn: Callable[[str], None]) -> int:
    """Leave half of the descriptors to the conversations, the history and the outputs."""
    limit = _descriptors(2 * width)
    if width <= limit // 2:
        return width
    warn(
        f"the sweep keeps {limit // 2} connections in flight instead of {width}: this process "
        f"may open {limit} files (see `ulimit -Hn`)"
    )
    return max(1, limit // 2)


def _descriptors(wanted: int) -> int:
    """Give how many files this process may open, after asking for as many as are wanted.

    The soft limit is kept low for programs that use `select`, and to be raised by all others.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    more = min(wanted, _number(hard))
    if _number(soft) < more:
        with suppress(OSError, ValueError):  # macOS has another limit, below its hard one
            resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
    return _number(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def _number(limit: int) -> int:
    return sys.maxsize if limit == resource.RLIM_INFINITY else limit
