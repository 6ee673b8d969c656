"""The notebook servers stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.process import CANARY
from tests.lab.servers.science import jupyter
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_a_stranger_reads_a_file_of_an_open_server_and_not_of_a_locked_one(lab: Lab) -> None:
    """Through the API that its own pages use."""
    path = "/api/contents/faxes.txt"
    assert CANARY in str(ask(lab.start(jupyter).port, path).json())
    assert ask(lab.start(jupyter, locked=True).port, path).status == 403
