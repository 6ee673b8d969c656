"""What the H2 probe makes of real refusals, and of other ones."""

import pytest

from probes.h2 import GREETING, H2
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = H2()


@pytest.mark.parametrize("version", ["1.4", "2.3"])
def test_a_server_that_lets_other_hosts_connect_is_identified(version: str) -> None:
    """It refuses the version; no database is named, and no user."""
    found = replay(PROBE, load(f"h2/{version}-open"))

    assert isinstance(found, Assessment)
    assert found.access is Access.IDENTIFIED
    assert asked(PROBE, load(f"h2/{version}-open")) == [GREETING.name]


@pytest.mark.parametrize("version", ["1.4", "2.3"])
def test_a_server_that_keeps_other_hosts_out_is_locked(version: str) -> None:
    """It says so before it reads a word."""
    found = replay(PROBE, load(f"h2/{version}-locked"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


def test_an_error_of_another_number_is_not_identified() -> None:
    """Only these two can come before anything was named."""
    found = replay(PROBE, load("h2/other"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


def test_an_error_whose_state_is_not_its_number_is_not_identified() -> None:
    """H2 makes the one of the other."""
    data = load("h2/2.3-open").exchanges[0].payload
    changed = load("h2/2.3-open").with_payload(0, data[:9] + b"8" + data[10:])

    found = replay(PROBE, changed)

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
