"""PostgreSQL, MariaDB and Firebird: each door stands as its mode claims."""

import subprocess

import pytest

from tests.lab.servers.process import CANARY, Running
from tests.lab.servers.sql import firebird, mariadb, postgresql
from tests.lab.session import Lab
from tests.lab.stranger import say

pytestmark = pytest.mark.real


def psql(server: Running) -> subprocess.CompletedProcess[str]:
    """Read the table over TCP, with no password to give."""
    where = ("-h", server.address, "-p", str(server.port), "-U", "postgres", "-w")
    return subprocess.run(  # noqa: S603  # the official client
        ["psql", *where, "-Atc", "select body from faxes"],  # noqa: S607 - the lab's own
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )


def mysql(server: Running) -> subprocess.CompletedProcess[str]:
    """Read the table over TCP as a user that nobody made, with no password."""
    where = ("-h", server.address, "-P", str(server.port), "-u", "stranger", "--protocol=tcp")
    return subprocess.run(  # noqa: S603  # the official client
        ["mariadb", "--no-defaults", *where, "-Ne", "select body from clinic.faxes"],  # noqa: S607 - the lab's own
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_an_open_postgresql_reads_out_its_table(lab: Lab) -> None:
    """Trust asks for nothing."""
    assert psql(lab.start(postgresql)).stdout.strip() == CANARY


@pytest.mark.parametrize(
    ("mode", "words"), [("locked", "no password supplied"), ("shielded", "no pg_hba.conf entry")]
)
def test_a_shut_postgresql_reads_out_nothing(lab: Lab, mode: str, words: str) -> None:
    """One asks for a password, one does not know our address."""
    told = psql(lab.start(postgresql, mode))
    assert (told.stdout, words in told.stderr) == ("", True)


@pytest.mark.parametrize("mode", ["open", "skip-grant-tables"])
def test_an_open_mariadb_reads_out_its_table_to_anybody(lab: Lab, mode: str) -> None:
    """Whoever he says he is."""
    assert mysql(lab.start(mariadb, mode)).stdout.strip() == CANARY


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("empty-handed", "SELECT command denied"),
        ("locked", "Access denied for user 'stranger'"),
        ("shielded", "is not allowed to connect"),
    ],
)
def test_a_shut_mariadb_reads_out_nothing(lab: Lab, mode: str, words: str) -> None:
    """A session without rights, a refusal of the user, a refusal of the address."""
    told = mysql(lab.start(mariadb, mode))
    assert (told.stdout, words in told.stderr) == ("", True)


def test_a_firebird_refuses_a_client_that_offers_nothing_newer_than_protocol_10(lab: Lab) -> None:
    """`op_connect` with one offer is met with `op_reject`."""
    head = bytes.fromhex("0000000100000013000000030000000100000000")
    offer = bytes.fromhex("00000001000000000000000a00000001000000000000000500000002")
    assert say(lab.start(firebird), head + offer) == [b"\0\0\0\x04"]
