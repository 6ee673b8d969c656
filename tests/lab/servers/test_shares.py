"""NFS, FTP, VNC and SMB: each door stands as its mode claims."""

import ftplib
import subprocess

import pytest

from tests.lab.servers.process import CANARY, Running, said_by
from tests.lab.servers.shares import ftp, mountd, rpcbind, samba, vnc
from tests.lab.session import Lab
from tests.lab.stranger import say

pytestmark = pytest.mark.real

VERSION = b"RFB 003.008\n"


def test_an_open_mountd_exports_to_everyone(lab: Lab) -> None:
    """The client of the system asks the port mapper, then mountd."""
    lab.start(rpcbind)
    lab.start(mountd)
    assert "/faxes (everyone)" in said_by("showmount", "-e", "127.0.0.1")


def test_an_open_vnc_tells_its_name_to_anybody(lab: Lab) -> None:
    """Types, a choice, a session that shares: what comes then ends with the desktop's name."""
    _, types, result, session = say(lab.start(vnc), b"", VERSION, b"\x01", b"\x01")
    assert (types, result) == (b"\x01\x01", bytes(4))
    assert CANARY.encode() in session


def test_a_locked_vnc_asks_for_a_password(lab: Lab) -> None:
    """One type, and it is not None."""
    assert say(lab.start(vnc, "locked"), b"", VERSION)[1] == b"\x01\x02"


def test_an_open_ftp_lists_its_files_to_a_guest(lab: Lab) -> None:
    """Names and contents."""
    server = lab.start(ftp)
    with ftplib.FTP() as control:  # noqa: S321  # it is what is tested
        control.connect(server.address, server.port, timeout=10)
        control.login()
        assert control.nlst("faxes") == [f"faxes/{CANARY}"]


def test_a_locked_ftp_refuses_a_guest(lab: Lab) -> None:
    """After it has asked for a password."""
    server = lab.start(ftp, "locked")
    with ftplib.FTP() as control:  # noqa: S321  # it is what is tested
        control.connect(server.address, server.port, timeout=10)
        with pytest.raises(ftplib.error_perm, match="530"):
            control.login()


def smbclient(server: Running) -> str:
    """What a session without a name sees in the share."""
    argv = ("smbclient", "-N", "-p", str(server.port), "//127.0.0.1/faxes", "-c", "ls")
    asked = subprocess.run(  # noqa: S603  # the official client
        argv, check=False, capture_output=True, text=True, timeout=30
    )
    return asked.stdout + asked.stderr


def test_an_open_samba_lists_its_files_to_nobody(lab: Lab) -> None:
    """Names and sizes."""
    assert CANARY in smbclient(lab.start(samba))


@pytest.mark.parametrize("mode", ["partial", "locked"])
def test_a_shut_samba_lists_nothing(lab: Lab, mode: str) -> None:
    """The tree is refused."""
    assert "NT_STATUS_ACCESS_DENIED" in smbclient(lab.start(samba, mode))
