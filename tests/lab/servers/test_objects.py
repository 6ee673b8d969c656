"""The object stores stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.objects import seaweedfs
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def test_a_stranger_downloads_from_an_open_store_and_lists_nothing_of_a_locked_one(
    lab: Lab,
) -> None:
    """The object is the canary itself."""
    assert ask(lab.start(seaweedfs).port, "/faxes/0612345678.txt").body == CANARY.encode()
    assert ask(lab.start(seaweedfs, locked=True).port, "/").status == 403
