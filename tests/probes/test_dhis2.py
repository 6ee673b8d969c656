"""What the DHIS2 probe makes of its replies, and of half and false ones."""

import msgspec
import pytest

from probes.dhis2 import UNITS, Dhis2
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Dhis2()
FRONT, INFO, CONTROL, COUNTS = range(4)  # places in the transcript of an open server
LOGIN = 2  # in that of a locked one


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


def counted(name: str, records: int) -> Holding:
    """Give a type of objects with its count."""
    return Holding(name=name, kind="object type", records=records)


def test_a_server_that_describes_itself_is_open() -> None:
    """Its objects are counted by type, and none is asked for."""
    found = settled(load("dhis2/2.40-open"))

    assert (found.access, found.service) == (Access.OPEN, Service("dhis2", "2.40.2"))
    assert found.holdings == (
        counted("trackedEntityInstance", 61_234),
        counted("organisationUnit", 1_332),
        counted("user", 48),
    )


@pytest.mark.parametrize(("name", "version"), [("2.40-locked", None), ("2.42-locked", "2.42.0")])
def test_a_server_that_sends_strangers_to_its_login_is_locked(
    name: str, version: str | None
) -> None:
    """What the login shows is everybody's by design, and no finding."""
    found = settled(load(f"dhis2/{name}"))

    assert (found.access, found.service) == (Access.LOCKED, Service("dhis2", version))


def test_a_locked_server_is_asked_three_times() -> None:
    """Its front page, what needs a login, and what the login shows."""
    assert asked(PROBE, load("dhis2/2.42-locked")) == [
        "GET /",
        "GET /api/system/info?fields=version,revision,contextPath,systemId",
        "GET /api/loginConfig",
    ]


def test_a_login_of_that_name_may_be_anothers() -> None:
    """Only what tells a version of its own is taken for a DHIS2."""
    another = load("dhis2/2.42-locked").with_json(LOGIN, {"title": "Sign in"})
    shut = another.with_reply(INFO, status=401)

    assert unknown(another) is Silence.UNRECOGNISED
    assert unknown(shut) is Silence.GUARDED


def test_counts_that_do_not_come_cost_only_detail() -> None:
    """The proof stands without them, and so does that something is held."""
    found = settled(load("dhis2/2.40-open").with_reply(COUNTS, status=403))

    assert (found.access, found.holdings, found.holdings_total) == (Access.OPEN, (UNITS,), 1)


@pytest.mark.parametrize(
    ("status", "control"),
    [
        (200, {"httpStatusCode": 404, "status": "ERROR"}),
        (404, {"httpStatusCode": 404, "status": "OK"}),
        (404, {"httpStatusCode": "404", "status": "ERROR"}),
        (404, {"status": 404, "error": "Not Found"}),
        (404, []),
    ],
)
def test_one_side_of_a_proof_is_none(status: int, control: object) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    spoilt = load("dhis2/2.40-open").with_json(CONTROL, control).with_reply(CONTROL, status=status)

    assert unknown(spoilt) is Silence.HALF_PROOF


@pytest.mark.parametrize("info", [{}, {"version": 2}, {"version": "latest"}, []])
def test_what_tells_no_version_is_left_to_others(info: object) -> None:
    """Many products have a page of that name."""
    assert unknown(load("dhis2/2.40-open").with_json(INFO, info)) is Silence.UNRECOGNISED


def test_a_page_that_is_not_there_is_half_a_proof() -> None:
    """Neither answered nor refused."""
    spoilt = load("dhis2/2.40-locked").with_reply(
        INFO, status=404, headers={}, json=msgspec.Raw(), text=""
    )

    assert unknown(spoilt) is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "location"),
    [(302, "/login"), (200, "/dhis-web-dashboard/"), (302, "/dhis2/"), (404, "/login/")],
)
def test_another_product_is_not_recognised(status: int, location: str) -> None:
    """A way to somewhere else, or no way at all."""
    assert PROBE.identify(Page(status=status, headers={"location": location}, body=b"")) is None
