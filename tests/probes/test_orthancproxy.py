"""What the probe of proxied Orthancs makes of real replies, and of other servers' refusals."""

import pytest

from probes.orthanc import Orthanc
from probes.orthancproxy import OrthancProxy
from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = OrthancProxy()
OPEN = load("orthancproxy/1.10-open")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def test_a_proxied_server_is_counted_as_on_its_own_port() -> None:
    """The same pages, and the same verdict."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.service) == (Access.OPEN, Service("orthanc", "1.10.1"))
    assert asked(PROBE, OPEN) == [ask.name for ask in Orthanc.about.asks]


def test_a_proxied_server_with_users_is_locked() -> None:
    """Its own realm passes the proxy."""
    assert assessed(replay(PROBE, load("orthancproxy/1.10-locked"))).access is Access.LOCKED


def test_it_stands_on_no_port_of_orthanc_s_own() -> None:
    """Two probes of one product never meet, so that a finding has one name."""
    assert not OrthancProxy.about.own_ports & Orthanc.about.own_ports


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_nobody_is_not_looked_behind(status: int) -> None:
    """These ports are everybody's."""
    page = Recorded(ask="GET /", status=status, headers={"www-authenticate": 'Basic realm="x"'})
    found = replay(PROBE, Transcript(server="by hand", exchanges=(page,)))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


@pytest.mark.parametrize("location", ["/apps/explorer.html", "https://sso.example/?to=ui/app/", ""])
def test_another_place_is_not_orthanc_s(location: str) -> None:
    """Where `/` leads has to be all of it."""
    page = Recorded(ask="GET /", status=301, headers={"location": location})
    found = replay(PROBE, Transcript(server="by hand", exchanges=(page,)))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
