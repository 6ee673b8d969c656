"""The consoles stand as their modes claim, judged without the scanner."""

import pytest

from tests.lab.servers.admin import adminer, mongo_express, phpmyadmin
from tests.lab.servers.process import CANARY
from tests.lab.servers.web import ask
from tests.lab.session import Lab

pytestmark = pytest.mark.real

_ROWS = "index.php?route=/sql&db=clinic&table=faxes&pos=0&ajax_request=true"


def test_a_stranger_reads_a_row_through_an_open_phpmyadmin_only(lab: Lab) -> None:
    """The account of the settings lets him; where there is a log-in, he is sent to it."""
    opened, shut = lab.start(phpmyadmin), lab.start(phpmyadmin, locked=True)
    assert CANARY.encode() in ask(opened.port, f"/{_ROWS}").body
    assert ask(shut.port, f"/phpmyadmin/{_ROWS}").json()["redirect_flag"] == "1"


def test_a_stranger_reads_a_document_through_an_open_mongo_express_only(lab: Lab) -> None:
    """The password opens the other."""
    opened, shut = lab.start(mongo_express), lab.start(mongo_express, locked=True)
    documents = "/db/practice/faxes"
    assert CANARY.encode() in ask(opened.port, documents).body
    assert ask(shut.port, documents).status == 401
    assert CANARY.encode() in ask(shut.port, documents, login=True).body


def test_adminer_asks_every_stranger_who_he_is(lab: Lab) -> None:
    """Whatever he asks for."""
    server = lab.start(adminer)
    assert b"auth[password]" in ask(server.port, "/?username=root&db=clinic").body
