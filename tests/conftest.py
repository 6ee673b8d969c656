"""What all tests share: properties that do not watch the clock, a word on what was left out."""

import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no fault of the code: no example has a deadline, and slow drawing is no error.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# In CI the same examples every time: what fails there must fail again.
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


#: How many tests of real servers were left out. Under pytest-xdist, whose nodes have no type, the
#: processes that run tests know it, and another one writes the summary.
LEFT_OUT = pytest.StashKey[int]()


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    """Count what is left out, where it is: each process that runs tests collects all of them."""
    real = [item for item in items if item.get_closest_marker("real")]
    for item in real:
        item.config.stash[LEFT_OUT] = len(real)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand the count to the process that writes the summary."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the count from a process that ran tests; one that crashed left none."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was deselected, and why: a silent gap looks like a pass."""
    if count := terminalreporter.config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"Not run: {count} tests of real servers; `make test-real` starts those servers."
        )
