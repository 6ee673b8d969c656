"""OpenLDAP and rsync: each door stands as its mode claims."""

import subprocess

import pytest

from tests.lab.servers.process import CANARY, PASSWORD, Running
from tests.lab.servers.streams import SUFFIX, rsync, slapd
from tests.lab.session import Lab

pytestmark = pytest.mark.real


def said(*argv: str) -> str:
    """What a client prints, on either stream."""
    asked = subprocess.run(  # noqa: S603  # official clients
        argv, check=False, capture_output=True, text=True, timeout=30
    )
    return asked.stdout + asked.stderr


def ldapsearch(server: Running, *more: str) -> str:
    """All entries of the directory."""
    return said("ldapsearch", "-x", "-LLL", "-H", f"ldap://127.0.0.1:{server.port}", *more)


def listed(server: Running) -> str:
    """The files of the module."""
    return said("rsync", "--list-only", f"rsync://stranger@127.0.0.1:{server.port}/faxes/")


def test_an_open_directory_reads_out_its_entries(lab: Lab) -> None:
    """Even the password."""
    told = ldapsearch(lab.start(slapd), "-b", SUFFIX, "userPassword")
    assert f"dn: cn={CANARY},{SUFFIX}" in told


@pytest.mark.parametrize("mode", ["locked", "root-only"])
def test_a_shut_directory_reads_out_nothing_but_to_its_administrator(lab: Lab, mode: str) -> None:
    """With the password it is all there."""
    server = lab.start(slapd, mode)
    admin = ("-D", f"cn=admin,{SUFFIX}", "-w", PASSWORD)
    assert CANARY not in ldapsearch(server, "-b", SUFFIX)
    assert CANARY in ldapsearch(server, "-b", SUFFIX, *admin)


@pytest.mark.parametrize("mode", ["open", "partial"])
def test_an_open_module_lists_its_files(lab: Lab, mode: str) -> None:
    """Their names and sizes."""
    assert CANARY in listed(lab.start(rsync, mode))


@pytest.mark.parametrize(
    ("mode", "words"), [("locked", "Password:"), ("shielded", "access denied")]
)
def test_a_shut_module_lists_nothing(lab: Lab, mode: str, words: str) -> None:
    """It asks for a password, or knows our address not."""
    told = listed(lab.start(rsync, mode))
    assert (CANARY in told, words in told or "auth failed" in told) == (False, True)
