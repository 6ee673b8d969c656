"""The fake fax server, judged by the standard library's FTP client, whose protocol it borrows."""

from collections.abc import Iterator
from ftplib import FTP, error_perm
from socket import create_connection

import pytest

from scanner.demo.canary import CANARY
from scanner.demo.hylafax import FakeHylafax, Fax
from tests.fakes.running import running

QUEUES = {"recvq": (Fax("fax000000001.tif"), Fax("fax000000002.tif")), "doneq": (Fax("17"),)}


@pytest.fixture
def fax() -> Iterator[FTP]:
    """A client before its login, in front of an open server."""
    with running(FakeHylafax(QUEUES, warns=False).serve) as address, client_of(address) as client:
        yield client


def client_of(address: tuple[str, int]) -> FTP:
    """Connect to a fake and hear its greeting."""
    client = FTP(timeout=10)  # noqa: S321 - judges a fake on loopback
    client.connect(*address)
    return client


def listing(fax: FTP, command: str) -> list[str]:
    """Run a command that answers over a data connection."""
    lines: list[str] = []
    fax.retrlines(command, lines.append)
    return lines


def test_a_warning_may_come_before_the_greeting() -> None:
    """A client without reverse DNS is told so first."""
    with (
        running(FakeHylafax(QUEUES).serve) as address,
        create_connection(address, timeout=10) as connection,
        connection.makefile("rb") as lines,
    ):
        assert next(lines).startswith(b"130 Warning, ")
        assert next(lines) == b"220 fax server (HylaFAX (tm) Version 6.0.7) ready.\r\n"


def test_anybody_is_let_in(fax: FTP) -> None:
    """No password is asked for."""
    assert fax.sendcmd("USER ronde") == "230 User ronde logged in."


def test_nothing_is_listed_before_the_login(fax: FTP) -> None:
    """A queue is shown to users only."""
    with pytest.raises(error_perm, match="530 Please login"):
        fax.sendcmd("EPSV")


def test_a_locked_server_asks_anybody_for_a_password() -> None:
    """Known names and unknown ones get the same answer."""
    with (
        running(FakeHylafax(QUEUES, locked=True, warns=False).serve) as address,
        client_of(address) as client,
    ):
        assert client.sendcmd("USER ronde") == "331 Password required for ronde."


def test_names_are_listed_without_numbers(fax: FTP) -> None:
    """`NLST` shows file names only."""
    fax.sendcmd("USER ronde")

    assert fax.nlst("recvq") == ["fax000000001.tif", "fax000000002.tif"]


@pytest.mark.parametrize("queue", ["recvq", "doneq"])
def test_a_listing_shows_numbers_by_default(fax: FTP, queue: str) -> None:
    """The numbers would leave if anybody asked for them."""
    fax.sendcmd("USER ronde")

    assert CANARY in listing(fax, f"LIST {queue}")[0]


def test_a_session_may_narrow_its_listings(fax: FTP) -> None:
    """With `%f` and `%j` no number leaves the server."""
    fax.sendcmd("USER ronde")
    fax.sendcmd('RCVFMT "%f"')
    fax.sendcmd('JOBFMT "%j"')

    assert listing(fax, "LIST recvq") == ["fax000000001.tif", "fax000000002.tif"]
    assert listing(fax, "LIST doneq") == ["17"]


def test_a_missing_queue_is_refused_without_a_data_connection(fax: FTP) -> None:
    """The refusal comes at once, and the session goes on."""
    fax.sendcmd("USER ronde")
    with pytest.raises(error_perm, match="550 nowhere: No such file or directory"):
        fax.nlst("nowhere")

    assert fax.sendcmd("NOOP") == "200 NOOP command successful."


def test_an_unknown_command_is_refused(fax: FTP) -> None:
    """The control of a proof: 500, and the command's name."""
    with pytest.raises(error_perm, match="500 RONDE: Command not recognized"):
        fax.sendcmd("RONDE")


def test_it_says_goodbye(fax: FTP) -> None:
    """`QUIT` is answered before the server closes."""
    assert fax.quit() == "221 Goodbye."


def test_ten_bad_commands_in_a_row_end_the_session() -> None:
    """A client that cannot speak fax is shown the door."""
    with (
        running(FakeHylafax(QUEUES, warns=False).serve) as address,
        create_connection(address, timeout=10) as connection,
        connection.makefile("rb") as lines,
    ):
        connection.sendall(b"RONDE\r\n" * 10)
        heard = list(lines)

    assert len(heard) == 12
    assert heard[-1] == b"221 Server shutting down.  Goodbye.\r\n"
