"""What the ClickHouse probe makes of real replies, and of half, false and broken ones."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.clickhouse import CONTROL, MAX_HOLDINGS, Clickhouse
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Clickhouse()

FAXES = Holding(
    name="practice.faxes",
    kind="table",
    records=7,
    bytes=1511,
    created=datetime.fromtimestamp(1_700_000_000, UTC),
    fields=("patient_name",),
)
VIEW = Holding(name="practice.faxes_view", kind="table", fields=("patient_name",))


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "version", "records"),
    [
        ("18-open", "18.16.1", {"practice.faxes": 2, "practice.notes": None}),
        ("24-open", "24.8.4.13", {"practice.faxes": 7, "practice.faxes_view": None}),
    ],
)
def test_a_server_without_a_password_is_open(
    name: str, version: str, records: dict[str, int | None]
) -> None:
    """Its tables are named and weighed; what counts no rows is not called empty."""
    found = assessed(replay(PROBE, load(f"clickhouse/{name}")))

    assert (found.access, found.service) == (Access.OPEN, Service("clickhouse", version))
    assert {one.name: one.records for one in found.holdings} == records
    assert found.holdings_total == 2


def test_a_table_has_its_rows_bytes_date_and_columns() -> None:
    """A view has no rows of its own, and no date."""
    assert assessed(replay(PROBE, load("clickhouse/24-open"))).holdings == (FAXES, VIEW)


@pytest.mark.parametrize("name", ["18-locked", "24-locked"])
def test_a_server_that_demands_a_password_is_locked(name: str) -> None:
    """The first refusal ends the conversation."""
    transcript = load(f"clickhouse/{name}")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 2


def test_a_user_with_few_grants_makes_it_partial() -> None:
    """Whoever may not look for any table sees only some of them."""
    assert assessed(replay(PROBE, load("clickhouse/24-some-grants"))).access is Access.PARTIAL


def test_the_native_port_is_identified_and_no_user_is_named() -> None:
    """Its first word is a user: to name one without a password would be a guess."""
    transcript = load("clickhouse/18-native")
    found = assessed(replay(PROBE, transcript))

    assert (found.access, found.service) == (Access.IDENTIFIED, Service("clickhouse"))
    assert asked(PROBE, transcript) == ["GET /"]


@pytest.mark.parametrize(
    ("status", "text"),
    [(200, '{"meta":[],"data":[]}'), (404, "<html>Not Found</html>"), (404, "Code: 47. DB::Ex")],
)
def test_a_control_that_is_not_refused_by_its_code_proves_nothing(status: int, text: str) -> None:
    """What says yes to everything, or no in nobody's words, is not called open."""
    transcript = load("clickhouse/24-open").with_payload(2, text.encode())

    found = unknown(replay(PROBE, transcript.with_reply(2, status=status, hex=text.encode().hex())))

    assert found.silence is Silence.HALF_PROOF


def test_another_server_that_says_ok_is_left_to_the_next_probe() -> None:
    """Four letters are a hint and nothing more."""
    transcript = load("clickhouse/24-open").with_payload(1, b"<html>404</html>")

    found = unknown(replay(PROBE, transcript.with_reply(1, status=404, hex="00")))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"Ok"), (200, b"OK\n"), (400, b"Bad Request"), (401, b"Ok.\n"), (404, b"Code: 60")],
)
def test_another_page_is_not_identified(status: int, body: bytes) -> None:
    """Only the server's own greeting and errors make a candidate."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None


def test_a_silence_after_the_proof_costs_only_detail() -> None:
    """The databases were listed, whatever becomes of the tables."""
    transcript = load("clickhouse/24-open").with_reply(3, silence=Silence.TIMEOUT)

    found = assessed(replay(PROBE, transcript))

    assert found.access is Access.OPEN
    assert [(one.kind, one.name) for one in found.holdings][3] == ("database", "practice")


def test_a_server_without_a_table_is_empty() -> None:
    """Databases that hold nothing are nothing to lose, today."""
    bare: dict[str, object] = {"meta": [{}, {}, {}], "data": []}
    transcript = load("clickhouse/24-open").with_json(3, bare)

    assert assessed(replay(PROBE, transcript)).holdings_total == 0


def test_a_long_list_is_capped_and_counted() -> None:
    """A report holds 2,000 names and says how many there are."""
    rows = [["practice", f"t{number}", 1] for number in range(MAX_HOLDINGS + 1)]
    transcript = load("clickhouse/24-open").with_json(3, {"meta": [{}, {}, {}], "data": rows})

    found = assessed(replay(PROBE, transcript))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)


def test_the_control_is_a_table_of_the_servers_own_database() -> None:
    """Nobody can have made it."""
    assert "system.ronde_no_such_table" in CONTROL.target


@given(place=st.integers(1, 2), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Listing and control are both needed, whole."""
    outcome = replay(PROBE, load("clickhouse/24-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize(("place", "header"), [(1, [{}, {}, {}]), (3, [{}, {}]), (4, [{}, {}, {}])])
def test_columns_that_nobody_asked_for_are_garble(place: int, header: list[object]) -> None:
    """A server that is consistent with itself and answers another query is no failure of ours."""
    other = {"meta": header, "data": [["name"] * len(header)]}
    found = replay(PROBE, load("clickhouse/24-open").with_json(place, other))
    assert isinstance(found, Assessment | Unknown)
