"""Hazelcast's door stands as its mode claims, judged without the scanner."""

import pytest

from tests.lab.servers.hazelcast import KEY, hazelcast
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def test_a_stranger_who_knows_a_name_reads_an_entry(lab: Lab) -> None:
    """Open though it is, nothing that the scanner may ask would show it."""
    assert CANARY.encode() in ask(lab.start(hazelcast).port, KEY).body
