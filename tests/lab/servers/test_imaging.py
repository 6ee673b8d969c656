"""The doors of the imaging servers stand as their modes claim, judged by DCMTK's own clients."""

import subprocess

import pytest

from tests.lab.servers.imaging import (
    Peers,
    dcmqrscp,
    orthanc,
    orthanc_web,
    qrscp,
    storescp,
)
from tests.lab.servers.process import CANARY, Running, require
from tests.lab.session import Lab
from tests.lab.stranger import fetch

pytestmark = [pytest.mark.real, pytest.mark.timeout(120)]


def called(program: str, server: Running, *options: str) -> tuple[int, str]:
    """Call a server as `ANY-SCP` with one of DCMTK's clients: its exit code, and what it prints."""
    client = require(program, server.name, "dcmtk")
    where = (*options, server.address, str(server.port))
    argv = [str(client), "-v", "-aec", "ANY-SCP", *where]
    done = subprocess.run(  # noqa: S603 - a program of the lab
        argv, capture_output=True, text=True, timeout=20, check=False
    )
    return done.returncode, done.stdout + done.stderr


def names(server: Running) -> str:
    """Ask for the names of all patients."""
    return called("findscu", server, "-S", "-k", "QueryRetrieveLevel=STUDY", "-k", "PatientName")[1]


def test_an_archive_that_knows_nobody_names_its_patients(lab: Lab) -> None:
    """To a caller of any title."""
    assert CANARY in names(lab.start(orthanc, Peers.ANYBODY))
    assert CANARY in names(lab.start(dcmqrscp))
    assert CANARY in names(lab.start(qrscp))


def test_orthanc_as_it_ships_takes_images_and_names_nobody(lab: Lab) -> None:
    """It accepts the query, and aborts."""
    server = lab.start(orthanc)
    said = names(server)

    assert "Association Accepted" in said
    assert "Peer aborted Association" in said
    assert CANARY not in said
    assert called("echoscu", server)[0] == 0


@pytest.mark.parametrize("peers", [Peers.TITLE, Peers.LISTED])
def test_orthanc_that_knows_its_peers_rejects_others(lab: Lab, peers: Peers) -> None:
    """Before anything is asked."""
    assert "Association Rejected" in names(lab.start(orthanc, peers))


def test_an_archive_with_a_peer_table_rejects_others(lab: Lab) -> None:
    """By the name of the one who was called."""
    assert "Called AE Title Not Recognized" in names(lab.start(dcmqrscp, listed=True))


def test_a_storage_server_answers_anybody(lab: Lab) -> None:
    """In clear, and in TLS without a certificate of the caller's."""
    assert called("echoscu", lab.start(storescp))[0] == 0
    assert called("echoscu", lab.start(storescp, tls=True), "--anonymous-tls", "-ic")[0] == 0


def test_a_storage_server_that_wants_a_certificate_answers_nobody_else(lab: Lab) -> None:
    """TLS without one ends before the association."""
    server = lab.start(storescp, tls=True, certified=True)

    assert called("echoscu", server, "--anonymous-tls", "-ic")[0] != 0


def test_a_stranger_reads_a_patient_over_http(lab: Lab) -> None:
    """No credential is needed, nor for DICOMweb beside it."""
    server = lab.start(orthanc_web)

    assert CANARY in fetch(server, "/patients?expand").text
    assert CANARY in fetch(server, "/dicom-web/studies?limit=0").text


def test_a_password_keeps_every_page_in(lab: Lab) -> None:
    """The credential of the lab opens it."""
    server = lab.start(orthanc_web, locked=True)

    assert fetch(server, "/patients?expand").status_code == 401
    assert fetch(server, "/dicom-web/studies").status_code == 401
    assert CANARY in fetch(server, "/patients?expand", login=True).text
