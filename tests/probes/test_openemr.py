"""What the OpenEMR probe makes of its replies, and of half and false ones."""

import pytest

from probes.openemr import LOGIN, OpenEmr
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = OpenEmr()
FRONT, SETUP, THIRD = range(3)  # places in each transcript

SEARCH = "GET /apis/default/fhir/Patient?_id=ronde-no-such-patient&_summary=count"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Silence:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome.silence


@pytest.mark.parametrize("name", ["6.0-unclaimed", "4.2-unclaimed"])
def test_a_set_up_that_begins_is_unclaimed(name: str) -> None:
    """Whoever comes first names the database and the administrator."""
    found = settled(load(f"openemr/{name}"))

    assert (found.access, found.service) == (Access.UNCLAIMED, Service("openemr"))
    assert found.proof
    assert found.proof.control == (
        "GET /setup.php?site=ronde_no_such_site was refused in its own words"
    )


def test_a_set_up_that_is_over_is_no_finding() -> None:
    """Its page is there all the same, with the same title; what it does is refused."""
    found = settled(load("openemr/6.0-locked"))

    assert (found.access, found.because) == (
        Access.LOCKED,
        "GET /apis/default/fhir/Patient answered 401",
    )


def test_a_login_is_no_finding() -> None:
    """It says that this is OpenEMR, and no more."""
    found = settled(load("openemr/4.2-login"))

    assert (found.access, found.because) == (Access.IDENTIFIED, LOGIN)
    assert asked(PROBE, load("openemr/4.2-login")) == [
        "GET /",
        "GET /setup.php?site=default",
        SEARCH,
    ]


def test_a_control_that_is_not_refused_proves_nothing() -> None:
    """A page that welcomes every site is a decoy."""
    welcome = load("openemr/6.0-unclaimed").exchanges[SETUP].payload
    spoilt = load("openemr/6.0-unclaimed").with_payload(THIRD, welcome)

    assert unknown(spoilt) is Silence.HALF_PROOF


def test_a_search_that_is_answered_is_half_a_proof() -> None:
    """Nothing here can be refused in FHIR's words besides: the page of fhir says more."""
    spoilt = load("openemr/6.0-locked").with_json(THIRD, {"resourceType": "Bundle", "total": 0})

    assert unknown(spoilt.with_reply(THIRD, status=200)) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "setup",
    [
        b"<title>OpenEMR Setup Tool</title> already been installed",
        b"<title>Setup</title> This utility will step you through the installation",
        b"",
    ],
)
def test_another_page_of_that_name_begins_no_set_up(setup: bytes) -> None:
    """The title and the welcome belong together."""
    found = settled(
        load("openemr/6.0-locked").with_payload(SETUP, setup).with_reply(SETUP, status=200)
    )

    assert found.access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "location", "body"),
    [
        (302, "/login.php?site=default", b""),
        (302, "interface/login/login.php", b""),
        (200, "setup.php?site=default", b""),
        (200, "", b"setup.php?site=default"),
        (404, "", b"<h1>Not Found</h1>"),
        (302, "install/setup.php?mode=1", b""),
    ],
)
def test_another_product_is_not_recognised(status: int, location: str, body: bytes) -> None:
    """Many products have a login, and many a set-up."""
    page = Page(status=status, headers={"location": location}, body=body)

    assert PROBE.identify(page) is None
