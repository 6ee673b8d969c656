"""The doors of Cassandra stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.cassandra import OPCODE, cassandra, converse
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab

pytestmark = [pytest.mark.real, pytest.mark.timeout(200)]

FAXES = "SELECT patient_name FROM practice.faxes"
ERROR, AUTHENTICATE = 0x00, 0x03


def test_a_stranger_reads_a_row(lab: Lab) -> None:
    """Nobody asks who he is."""
    assert CANARY.encode() in converse(lab.start(cassandra).port, FAXES, login=False)[-1]


def test_a_login_keeps_a_stranger_out(lab: Lab) -> None:
    """The session is not begun, and the query after it fails."""
    server = lab.start(cassandra, locked=True)
    begun, answer = converse(server.port, FAXES, login=False)
    assert (begun[OPCODE], answer[OPCODE]) == (AUTHENTICATE, ERROR)
    assert CANARY.encode() in converse(server.port, FAXES)[-1]
