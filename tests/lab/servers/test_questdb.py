"""The doors of QuestDB stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.process import CANARY
from tests.lab.servers.questdb import questdb
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = [pytest.mark.real, pytest.mark.timeout(200)]

FAXES = "/exec?query=SELECT%20patient_name%20FROM%20faxes"


def test_a_stranger_reads_a_row(lab: Lab) -> None:
    """No account exists as it ships."""
    assert CANARY in fetch(lab.start(questdb), FAXES).text


def test_an_account_keeps_a_stranger_out(lab: Lab) -> None:
    """The password opens it."""
    server = lab.start(questdb, locked=True)
    assert fetch(server, FAXES).status_code == 401
    assert CANARY in fetch(server, FAXES, login=True).text
