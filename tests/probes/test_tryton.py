"""What the Tryton probe makes of real replies, and of half and false ones."""

import pytest

from probes.tryton import BESIDE, BUS, CONTROL, LISTING, NONE, VERSION, Tryton
from scanner.model import Access, Assessment, Holding, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Transcript, asked, load, replay

PROBE = Tryton()
FRONT, BUSES, NO_BUSES, TOLD, LISTED, REFUSED = range(
    6
)  # places in the transcript of a server that lists

REFUSES_GET = b"<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed</title>"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Unknown:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome


def test_names_of_databases_are_partial() -> None:
    """They are told to anyone as it ships; what is in them wants a login."""
    found = settled(load("tryton/6.0-list"))

    assert (found.access, found.service) == (Access.PARTIAL, Service("tryton", "6.0.29"))
    assert found.holdings == (Holding(name="health", kind="database"),)
    assert found.holdings_total == 1


def test_a_server_that_keeps_its_databases_to_itself_is_locked() -> None:
    """Its version is everybody's all the same, and no finding."""
    transcript = load("tryton/6.0-locked")

    assert (settled(transcript).access, settled(transcript).service.version) == (
        Access.LOCKED,
        "6.0.29",
    )
    assert asked(PROBE, transcript) == [
        "GET /",
        BUS.name,
        BESIDE.name,
        VERSION.name,
        LISTING.name,
    ]


def test_a_server_without_a_database_exposes_none() -> None:
    """Perhaps it has some for another name."""
    found = settled(load("tryton/6.0-empty"))

    assert (found.access, found.because) == (Access.IDENTIFIED, NONE)


def test_nothing_is_called_but_three_methods_that_need_nobody() -> None:
    """No login, and no method of a database."""
    assert [ask.body for ask in (VERSION, LISTING, CONTROL)] == [
        b'{"id":1,"method":"common.server.version","params":[]}',
        b'{"id":1,"method":"common.db.list","params":[]}',
        b'{"id":1,"method":"common.ronde.no_such_method","params":[]}',
    ]
    assert {ask.target for ask in (VERSION, LISTING, CONTROL)} == {"/"}


@pytest.mark.parametrize(
    "control",
    [
        {"id": 1, "result": ["health"]},
        {"id": 1, "error": ["Method not found", ""]},
        {"id": 1, "error": []},
        {"id": 1, "error": [["'common.ronde.no_such_method'"]]},
        {"id": 1, "error": {"message": "'common.ronde.no_such_method'"}},
    ],
)
def test_one_side_of_a_proof_is_none(control: object) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    spoilt = load("tryton/6.0-list").with_json(REFUSED, control)

    assert unknown(spoilt).silence is Silence.HALF_PROOF


@pytest.mark.parametrize("listing", [{"id": 1}, {"result": {"health": 1}}, {"result": [1]}, []])
def test_another_listing_is_garbled(listing: object) -> None:
    """Names, and nothing else."""
    assert unknown(load("tryton/6.0-list").with_json(LISTED, listing)).silence is Silence.GARBLED


def test_any_other_server_that_takes_nothing_but_post_is_sent_none() -> None:
    """The page is that of every application on the same framework."""
    flask = load("tryton/flask")

    assert (unknown(flask).silence, unknown(flask).service) == (Silence.UNRECOGNISED, None)
    assert asked(PROBE, flask) == ["GET /", BUS.name]


def test_a_server_that_takes_post_at_every_path_is_sent_none() -> None:
    """It would keep whatever it is sent."""
    keeps_all = load("tryton/6.0-list").with_reply(NO_BUSES, headers={"allow": "OPTIONS, POST"})

    assert unknown(keeps_all).silence is Silence.UNRECOGNISED
    assert asked(PROBE, keeps_all) == ["GET /", BUS.name, BESIDE.name]


def test_its_web_client_does_not_hide_its_buses() -> None:
    """Whoever else is called Tryton has none, and is sent nothing."""
    client = load("tryton/6.0-list").with_reply(FRONT, status=200, text="<title>Tryton</title>")

    assert settled(client).access is Access.PARTIAL
    bare = client.with_reply(BUSES, status=404, headers={})
    assert asked(PROBE, bare) == ["GET /", BUS.name]


@pytest.mark.parametrize("told", [{"result": None}, {"error": []}, {"result": "a version"}, []])
def test_what_tells_no_version_is_left_to_others(told: object) -> None:
    """Many servers take nothing but POST."""
    found = unknown(load("tryton/6.0-list").with_json(TOLD, told))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


@pytest.mark.parametrize(
    ("status", "allow", "body", "perhaps"),
    [
        (405, "POST", REFUSES_GET, True),
        (405, "OPTIONS, POST", REFUSES_GET, True),
        (200, "", b"<title>Tryton</title>", True),
        (405, "POST, PUT", REFUSES_GET, False),
        (405, "POST", b"<title>Error</title>", False),
        (405, "", REFUSES_GET, False),
        (200, "POST", REFUSES_GET, False),
        (404, "", b"<title>Tryton</title>", False),
    ],
)
def test_it_is_recognised_by_its_client_or_by_what_it_takes(
    status: int,
    allow: str,
    body: bytes,
    perhaps: bool,  # noqa: FBT001 - expected
) -> None:
    """A refusal of GET is only a hint."""
    page = Page(status=status, headers={"allow": allow}, body=body)

    assert (PROBE.identify(page) is not None) is perhaps
