"""Ignite's doors stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.ignite import ignite
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]

READ = "/ignite?cmd=get&cacheName=faxes&key=1&keyType=int"


def test_a_stranger_reads_an_entry(lab: Lab) -> None:
    """No user was asked for."""
    assert CANARY.encode() in ask(lab.start(ignite).port, READ).body


def test_users_keep_a_stranger_out(lab: Lab) -> None:
    """The refusal has status 200 and says 2: no session."""
    refused = ask(lab.start(ignite, locked=True).port, READ)
    assert (refused.status, refused.json()["successStatus"]) == (200, 2)
