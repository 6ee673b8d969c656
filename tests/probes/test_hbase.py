"""What the HBase probe makes of replies as the source words them, and of half and false ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.hbase import MAX_HOLDINGS, Hbase
from scanner.model import Access, Assessment, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Hbase()
OPEN = "hbase/2.5-open"


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_gateway_as_it_ships_is_open() -> None:
    """Tables come with the families of their columns."""
    found = assessed(replay(PROBE, load(OPEN)))

    assert (found.access, found.service) == (Access.OPEN, Service("hbase", "2.5.8"))
    assert [(one.name, one.fields) for one in found.holdings] == [
        ("archive:faxes", ("meta", "page")),
        ("patients", ("file",)),
    ]
    assert found.proof == Proof(
        "GET /",
        "2 tables listed",
        "GET /ronde-no-such-table/schema answered 404 with TableNotFoundException",
    )


def test_neither_regions_nor_rows_are_asked_for() -> None:
    """Regions begin and end with the keys of rows."""
    assert asked(PROBE, load(OPEN)) == [
        "GET /",
        "GET /version/cluster",
        "GET /ronde-no-such-table/schema",
        "GET /{}/schema",
        "GET /{}/schema",
    ]


def test_an_empty_gateway_of_an_older_release_is_open() -> None:
    """Its version is a bare string; a stranger could create the first table."""
    found = assessed(replay(PROBE, load("hbase/1.2-open")))

    assert (found.access, found.service.version) == (Access.OPEN, "1.2.6")
    assert found.holdings_total == 0


def test_a_gateway_that_may_not_list_is_locked() -> None:
    """The exception of HBase's own authorization names it; nothing more is asked."""
    transcript = load("hbase/2.5-denied")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == ["GET /"]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, "Not found\r\n"),
        (200, "org.apache.hadoop.hbase.TableNotFoundException"),
        (503, "Unavailable\r\n"),
    ],
)
def test_a_control_that_is_not_refused_by_name_proves_nothing(status: int, text: str) -> None:
    """Status and exception are both needed."""
    half = load(OPEN).with_reply(2, status=status, text=text)

    assert unknown(replay(PROBE, half)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(("status", "body"), [(404, b""), (200, b'"none"'), (200, b'{"a": 1}')])
def test_another_list_of_tables_is_left_to_the_next_probe(status: int, body: bytes) -> None:
    """Without a cluster's version the list was only a hint."""
    found = unknown(replay(PROBE, load(OPEN).with_payload(1, body).with_reply(1, status=status)))

    assert (found.silence, found.service) == (Silence.UNRECOGNISED, None)


def test_a_schema_that_stays_away_costs_only_detail() -> None:
    """The proof stands already."""
    found = assessed(replay(PROBE, load(OPEN).with_reply(3, silence=Silence.TIMEOUT)))

    assert found.access is Access.OPEN
    assert [one.fields for one in found.holdings] == [(), ()]


def test_a_long_list_is_capped_and_counted() -> None:
    """A report holds 2,000 names and says how many there are."""
    many = {"table": [{"name": f"t{number}"} for number in range(MAX_HOLDINGS + 1)]}
    found = assessed(replay(PROBE, load(OPEN).with_json(0, many), unrecorded_is_silence=True))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"table": [{"name": "a"}], "next": 1}'),
        (200, b'{"table": {"name": "a"}}'),
        (200, b'{"table": ["a"]}'),
        (200, b'{"tables": []}'),
        (404, b'{"table": []}'),
        (403, b"Forbidden\r\n"),
        (401, b"org.apache.hadoop.hbase.security.AccessDeniedException"),
    ],
)
def test_another_page_is_not_identified(status: int, body: bytes) -> None:
    """Only a list of tables and nothing else, or HBase's own refusal."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None


@given(place=st.integers(0, 2), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """List, version and control are all needed, whole."""
    outcome = replay(PROBE, load(OPEN).with_payload(place, body))

    assert isinstance(outcome, Unknown)


def test_a_recorded_gateway_is_open() -> None:
    """What the real one answers; families of columns are declared, and no row is read for them."""
    found = assessed(replay(PROBE, load("hbase/2.5-recorded")))

    assert (found.access, found.service.version) == (Access.OPEN, "2.5.8")
    assert [(held.name, held.fields) for held in found.holdings] == [("faxes", ("patient",))]
