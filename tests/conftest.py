"""What all tests share: properties that do not watch the clock, a word on what was left out."""

import os

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no fault of the code: no example has a deadline, and slow drawing is no error.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# In CI the same examples every time: what fails there must fail again.
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was deselected, and why: a silent gap looks like a pass."""
    left_out = terminalreporter.stats.get("deselected", [])
    if real := [item for item in left_out if item.get_closest_marker("real")]:
        terminalreporter.write_line(
            f"Not run: {len(real)} tests of real servers; `make test-real` starts those servers."
        )
