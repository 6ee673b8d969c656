"""The folders stand as their modes claim, judged without the scanner."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.lab.servers.folders import apache, nginx, python, wsgidav
from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real


@pytest.mark.parametrize("make", [apache, nginx, python, wsgidav])
def test_a_stranger_fetches_a_file(
    lab: Lab, make: Callable[[], AbstractContextManager[Running]]
) -> None:
    """Its text is the canary."""
    assert ask(lab.start(make).port, "/letters.txt").body == CANARY.encode()


def test_a_stranger_fetches_nothing_where_a_login_is_demanded(lab: Lab) -> None:
    """Neither a file nor the folder."""
    server = lab.start(wsgidav, locked=True)
    assert ask(server.port, "/letters.txt").status == 401
    assert ask(server.port, "/", method="PROPFIND").status == 401
