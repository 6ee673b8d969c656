"""The printers stand as their modes claim, judged without the scanner: by CUPS's own client."""

import pytest

from tests.lab.servers.printers import JOBS, cups, device, jobs, location
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = pytest.mark.real


@pytest.mark.parametrize("mode", ["open", "partial"])
def test_a_stranger_reads_the_names_of_jobs(lab: Lab, mode: str) -> None:
    """Each is the canary."""
    told = jobs(lab.start(cups, mode))
    assert told is not None
    assert told.count(CANARY) == JOBS


def test_a_stranger_reads_nothing_where_a_login_is_demanded(lab: Lab) -> None:
    """Neither jobs nor a page."""
    server = lab.start(cups, "locked")
    assert jobs(server) is None
    assert fetch(server, "/").status_code == 401


@pytest.mark.parametrize("locked", [False, True])
def test_a_stranger_reads_where_a_device_stands(lab: Lab, *, locked: bool) -> None:
    """A login is demanded for printing and for its pages, and never for this."""
    server = lab.start(device, locked=locked)
    assert CANARY in (location(server) or "")
    assert fetch(server, "/").status_code == (401 if locked else 200)
