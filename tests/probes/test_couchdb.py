"""What the CouchDB probe makes of real replies, and of half and false ones."""

import pytest

from probes.couchdb import MAX_COUNTED, MAX_HOLDINGS, CouchDb
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = CouchDb()
UUID_1 = "33333333333333333333333333333333"
UUID_2 = "22222222222222222222222222222222"


def settled(transcript: Transcript) -> Assessment:
    """Drive the probe to an assessment."""
    outcome = replay(PROBE, transcript, unrecorded_is_silence=True)
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(transcript: Transcript) -> Unknown:
    """Drive the probe to where it cannot tell."""
    outcome = replay(PROBE, transcript)
    assert isinstance(outcome, Unknown)
    return outcome


OPEN = [
    pytest.param(
        "1.6-open",
        Service("couchdb", "1.6.1", UUID_1),
        {"faxes": (512, 4194), "_replicator": (1, 4194), "_users": (1, 4194)},
        id="1.6",
    ),
    pytest.param(
        "2.3-open",
        Service("couchdb", "2.3.1", UUID_2),
        {"faxes": (512, 73860), "practice/letters": (7, 4096), "_users": (1, 8488)},
        id="2.3",
    ),
    pytest.param(
        "pouchdb-4.2-open",
        Service("pouchdb-server", "4.2.0"),
        {"faxes": (1, None), "_replicator": (1, None), "_users": (1, None)},
        id="PouchDB Server",
    ),
]


@pytest.mark.parametrize(("name", "service", "held"), OPEN)
def test_a_server_without_an_administrator_is_open(
    name: str, service: Service, held: dict[str, tuple[int, int | None]]
) -> None:
    """Names, documents and bytes are reported, the team's own databases first."""
    found = settled(load(f"couchdb/{name}"))

    assert (found.access, found.service) == (Access.OPEN, service)
    assert found.because.startswith("takes every caller for an administrator")
    assert {one.name: (one.records, one.bytes) for one in found.holdings} == held
    assert found.holdings_total == 3


def test_a_database_without_members_is_everybodys() -> None:
    """An administrator alone shuts no database: who is let into one is let in."""
    found = settled(load("couchdb/pouchdb-4.2-administrator"))

    assert found.access is Access.OPEN
    assert found.because == "lets a stranger read databases; databases listed: 3"


@pytest.mark.parametrize("name", ["3.3-names-only", "pouchdb-4.2-members"])
def test_names_without_a_way_in_are_partial(name: str) -> None:
    """The server's own databases count for nothing: they show their counts to everybody."""
    found = settled(load(f"couchdb/{name}"))

    assert found.access is Access.PARTIAL
    assert found.holdings[0].name == "faxes"
    assert found.holdings[0].records is None


@pytest.mark.parametrize("name", ["3.3-locked", "3.3-valid-user"])
def test_a_server_that_refuses_the_listing_is_locked(name: str) -> None:
    """The first refusal ends the conversation; the header names the product even then."""
    transcript = load(f"couchdb/{name}")
    found = settled(transcript)

    assert (found.access, found.service.version) == (Access.LOCKED, "3.3.3")
    assert asked(PROBE, transcript) == ["GET /", "GET /_all_dbs"]


def test_a_guarded_front_page_hides_no_open_server() -> None:
    """A proxy that guards `/` alone leaves the databases to everybody."""
    guarded = load("couchdb/2.3-open").with_reply(0, status=401, headers={"server": "nginx"})
    found = settled(guarded.with_payload(0, b"<html>"))

    assert (found.access, found.service) == (Access.OPEN, Service("couchdb", "2.3.1"))


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (404, Silence.UNRECOGNISED)]
)
def test_a_guarded_page_with_nothing_behind_is_left_to_others(
    status: int, silence: Silence
) -> None:
    """Whatever demands a password on this port need not be a CouchDB."""
    door = Transcript(
        server="nginx",
        exchanges=(
            Recorded(ask="GET /", status=401),
            Recorded(ask="GET /_all_dbs", status=status),
        ),
    )

    assert unknown(door) == Unknown(silence, unknown(door).why, None)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, b'{"error": "not_found", "reason": "no_db_file"}', id="answered"),
        pytest.param(404, b'{"error": "not_found", "reason": "no page"}', id="other words"),
        pytest.param(404, b"<html>", id="a page"),
    ],
)
def test_a_control_that_is_not_missing_proves_nothing(status: int, body: bytes) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    transcript = load("couchdb/pouchdb-4.2-open").with_payload(2, body)

    assert unknown(transcript.with_reply(2, status=status)).silence is Silence.HALF_PROOF


def test_a_session_that_cannot_be_read_costs_only_detail() -> None:
    """The databases that were counted speak for themselves."""
    found = settled(load("couchdb/2.3-open").with_payload(3, b"[]"))

    assert found.because == "lets a stranger read databases; databases listed: 3"


def test_a_page_of_secrets_is_never_asked_for() -> None:
    """A listing may hold what is no database; `/_config` would answer with passwords."""
    names = ["_config", "_node", "..", "", "A B", "faxes"]
    transcript = load("couchdb/2.3-open").with_json(1, names)
    found = settled(transcript)

    assert found.holdings_total == 6
    assert [one.name for one in found.holdings if one.records is not None] == ["faxes"]


def test_a_thousand_databases_are_listed_and_few_are_counted() -> None:
    """A list has its cap; the total is the true one."""
    names = [f"patient{number}" for number in range(3_000)]
    transcript = load("couchdb/3.3-names-only").with_json(1, names)
    refusals = tuple(
        Recorded(ask="GET /{}", arguments=(name,), status=401) for name in sorted(names)
    )
    many = Transcript(server="many", exchanges=(*transcript.exchanges[:4], *refusals))

    assert len(asked(PROBE, many)) == 4 + MAX_COUNTED
    assert len(settled(many).holdings) == MAX_HOLDINGS


def test_a_silence_after_the_proof_costs_only_detail() -> None:
    """What was counted until then is kept."""
    found = settled(load("couchdb/2.3-open").until(5))

    assert [one.records for one in found.holdings] == [512, None, None]


@pytest.mark.parametrize(
    "body",
    [
        b'{"couchdb": "Goodbye"}',
        b'{"welcome": "CouchDB", "version": "3.3.3"}',
        b"<html><title>CouchDB Welcome</title></html>",
        b'["couchdb"]',
    ],
)
def test_another_product_is_not_recognised(body: bytes) -> None:
    """A page that names CouchDB is none."""
    assert PROBE.identify(Page(status=200, headers={"server": "nginx"}, body=body)) is None


def test_a_version_that_is_none_is_not_kept() -> None:
    """What a server calls its version is its own text."""
    body = b'{"couchdb": "Welcome", "version": "<b>RONDE-CANARY", "uuid": "RONDE-CANARY"}'

    assert PROBE.identify(Page(status=200, headers={}, body=body)) == Service("couchdb")
