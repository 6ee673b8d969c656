"""The actuators stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.process import CANARY
from tests.lab.servers.spring import spring
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def test_a_stranger_reads_the_memory_of_an_open_application_only(lab: Lab) -> None:
    """The dump holds the canary, as it would hold a patient's record."""
    opened, shut = lab.start(spring), lab.start(spring, locked=True)
    assert CANARY.encode() in ask(opened.port, "/actuator/heapdump").body
    assert ask(shut.port, "/actuator/heapdump").status == 404
