"""HylaFAX and its pager: each door stands as its mode claims."""

import ftplib

import pytest

from tests.lab.servers.hylafax import hylafax, snpp
from tests.lab.servers.process import CANARY
from tests.lab.session import Lab
from tests.lab.stranger import say

pytestmark = pytest.mark.real


def test_an_open_hylafax_lists_its_faxes_and_names_their_senders(lab: Lab) -> None:
    """USER is enough: NLST counts, and LIST shows who sent and whom was dialled."""
    server = lab.start(hylafax)
    assert server.version == "6.0.7"
    received: list[str] = []
    sent: list[str] = []
    with ftplib.FTP() as control:  # noqa: S321  # HylaFAX speaks it
        control.connect(server.address, server.port, timeout=5)
        assert control.sendcmd("USER ronde").startswith("230 ")
        assert len(control.nlst("recvq")) == 3
        assert control.nlst("doneq") == ["1", "2"]
        control.retrlines("LIST recvq", received.append)
        control.retrlines("LIST doneq", sent.append)
    # Its default formats cut the sender to 14 characters and the dialled number to 12.
    assert [CANARY[:14] in line for line in received] == [True, True, True]
    assert [CANARY[:12] in line for line in sent] == [True, True]


def test_a_locked_hylafax_wants_a_password_whoever_asks(lab: Lab) -> None:
    """331 for a stranger and for a user that exists; nothing is listed before."""
    server = lab.start(hylafax, locked=True)
    banner, *answers = say(server, b"", b"USER ronde\r\n", b"NLST recvq\r\n", b"USER faxuser\r\n")
    assert banner.startswith(b"220 ")
    assert [answer[:4] for answer in answers] == [b"331 ", b"530 ", b"331 "]


def test_the_pager_of_hylafax_answers_without_a_login(lab: Lab) -> None:
    """The banner says SNPP and the version, and STAT tells its state to anyone."""
    banner, status = say(lab.start(snpp), b"", b"STAT\r\n")
    assert b"SNPP server (HylaFAX (tm) Version 6.0.7)" in banner
    assert status.startswith(b"214 ")
