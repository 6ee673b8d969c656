"""What the Dgraph probe makes of replies as its sources word them, and of half and false ones."""

import pytest

from probes.dgraph import Dgraph
from scanner.model import Access, Assessment, Outcome, Proof, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Dgraph()
OPEN = load("dgraph/25-open")
LOCKED = load("dgraph/25-locked")

#: Places in the transcripts.
HEALTH, STATE, CONTROL = 1, 2, 3


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def error(message: str, code: str = "Error") -> dict[str, object]:
    """Refuse as the server does."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def test_a_server_as_it_ships_is_open() -> None:
    """Predicates come with their bytes; the server's own are left out in every namespace."""
    found = assessed(replay(PROBE, OPEN))

    assert found.access is Access.OPEN
    assert found.service == Service("dgraph", "25.1.0", "1b6bd7a4-8a1f-4a30-9d2d-6a3f0f2f6c11")
    assert [(one.name, one.kind, one.bytes) for one in found.holdings] == [
        ("fax_number", "predicate", 4096),
        ("patient_name", "predicate", 8192),
        ("a-letter", "predicate", 0),
    ]
    assert found.proof == Proof(
        "GET /state", "3 predicates listed", "GET /query was refused as no query, by its code"
    )


def test_a_release_without_namespaces_is_open() -> None:
    """Before 21.03, predicates had no prefix."""
    found = assessed(replay(PROBE, load("dgraph/20.11-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "20.11.0")
    assert [one.name for one in found.holdings] == ["patient_name"]


def test_an_empty_server_is_open() -> None:
    """A stranger could write the first predicate."""
    found = assessed(replay(PROBE, OPEN.with_json(STATE, {"groups": {"1": {}}, "cid": "no uuid"})))

    assert (found.access, found.holdings_total) == (Access.OPEN, 0)
    assert found.service.identity is None


def test_a_server_with_access_control_is_locked() -> None:
    """Its health is public all the same, and the refusal comes with status 200."""
    found = assessed(replay(PROBE, LOCKED))

    assert (found.access, found.service) == (Access.LOCKED, Service("dgraph", "25.1.0"))
    assert asked(PROBE, LOCKED) == ["GET /", "GET /health", "GET /state"]


def test_a_proxy_that_guards_the_state_locks() -> None:
    """A 401 is a refusal, whoever gives it."""
    guarded = LOCKED.with_reply(STATE, status=401, text="")

    assert assessed(replay(PROBE, guarded)).access is Access.LOCKED


@pytest.mark.parametrize("message", ["No membership state found", ""])
def test_an_error_for_another_reason_is_no_lock(message: str) -> None:
    """A server that is starting up says nothing of its users."""
    starting = LOCKED.with_json(STATE, error(message))

    assert unknown(replay(PROBE, starting)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize("control", [{}, {"data": {}}, error("Invalid method", "Error")])
def test_a_control_in_other_words_proves_nothing(control: dict[str, object]) -> None:
    """What answers a query that is none is not called open."""
    liar = OPEN.with_json(CONTROL, control)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("health", "version"), [({"version": "v20.3.0"}, "20.3.0"), ([], None), ("OK", None)]
)
def test_the_health_is_detail(health: object, version: str | None) -> None:
    """It was an object once; without it, the verdict stands."""
    found = assessed(replay(PROBE, OPEN.with_json(HEALTH, health)))

    assert (found.access, found.service.version) == (Access.OPEN, version)


@pytest.mark.parametrize("text", ["Dgraph", "<title>Dgraph browser is available</title>", "{}"])
def test_another_product_is_not_identified(text: str) -> None:
    """Only the sentence itself, from its beginning, is believed."""
    page = Transcript(server="written by hand", exchanges=(Recorded(ask="GET /", text=text),))

    assert unknown(replay(PROBE, page)).silence is Silence.UNRECOGNISED
