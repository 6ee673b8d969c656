"""HylaFAX and its pager: each door stands as its mode claims."""

import ftplib

import pytest

from tests.lab.servers.hylafax import Hfaxd, hylafax, snpp
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
    server = lab.start(hylafax, Hfaxd.LOCKED)
    banner, *answers = say(server, b"", b"USER ronde\r\n", b"NLST recvq\r\n", b"USER faxuser\r\n")
    assert banner.startswith(b"220 ")
    assert [answer[:4] for answer in answers] == [b"331 ", b"530 ", b"331 "]


def test_the_pager_of_hylafax_answers_without_a_login(lab: Lab) -> None:
    """The banner says SNPP and the version, and STAT tells its state to anyone."""
    banner, status = say(lab.start(snpp), b"", b"STAT\r\n")
    assert b"SNPP server (HylaFAX (tm) Version 6.0.7)" in banner
    assert status.startswith(b"214 ")


def test_an_operator_is_told_so(lab: Lab) -> None:
    """What STAT says of a session tells what it may do."""
    asked = (b"", b"USER ronde\r\n", b"STAT\r\n", b"NOOP\r\n")
    told = b"".join(say(lab.start(hylafax, Hfaxd.ADMIN), *asked))
    assert b"Logged in as user ronde (uid 60002) (with administrative privileges)" in told


def test_a_warning_comes_before_the_welcome(lab: Lab) -> None:
    """A caller whose name is another's is warned, and let in all the same."""
    told = b"".join(say(lab.start(hylafax, Hfaxd.STRANGE_NAME), b"", b"USER ronde\r\n", b"PWD\r\n"))
    assert told.startswith(b'130 Warning, client address "127.0.0.1" is not listed')
    assert b"\r\n230 " in told


@pytest.mark.parametrize(
    ("mode", "greeting"),
    [
        (Hfaxd.SHUT_DOWN, b" HylaFAX server shut down; available only for admin use."),
        (Hfaxd.BROKEN, b" server cannot initialize: "),
    ],
)
def test_a_greeting_is_not_always_a_welcome(lab: Lab, mode: Hfaxd, greeting: bytes) -> None:
    """Shut down by its operator, or unable to start."""
    (banner,) = say(lab.start(hylafax, mode), b"")
    assert greeting in banner


@pytest.mark.parametrize("mode", [Hfaxd.DENIED, Hfaxd.NO_LIST])
def test_whom_the_list_turns_away_is_asked_for_a_password(lab: Lab, mode: Hfaxd) -> None:
    """6.0.7 never says that it refuses an address."""
    _, answer = say(lab.start(hylafax, mode), b"", b"USER ronde\r\n")
    assert answer.startswith(b"331 ")


def test_the_pager_listens_where_hfaxd_was_told_not_to(lab: Lab) -> None:
    """`-l 127.0.0.1` binds the fax port; the pager answers at another address of the host."""
    server = lab.start(snpp)
    (banner,) = say(server, b"")
    assert server.address == "198.18.0.1"
    assert b" SNPP server (HylaFAX" in banner
