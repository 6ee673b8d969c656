"""How long each group of servers took, so that what a run costs stays in sight."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

#: Seconds by what was done, such as `start` and `round`, by group.
TOOK = pytest.StashKey[dict[str, dict[str, float]]]()


@contextmanager
def timed(config: pytest.Config, group: str, what: str) -> Iterator[None]:
    """Note how long a block takes."""
    started = time.monotonic()
    yield
    noted = config.stash.setdefault(TOOK, {}).setdefault(group, {})
    noted[what] = time.monotonic() - started


def table(took: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """One line a group, the slowest first, and their sum."""
    slowest = sorted(took.items(), key=lambda one: -sum(one[1].values()))
    for group, parts in slowest:
        told = ", ".join(f"{what} {seconds:.1f} s" for what, seconds in parts.items())
        yield f"{group}: {told}"
    yield f"all groups: {sum(sum(parts.values()) for parts in took.values()):.0f} s"
