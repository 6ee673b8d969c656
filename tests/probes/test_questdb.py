"""What the QuestDB probe makes of real replies, and of half, false and broken ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.questdb import MAX_HOLDINGS, Questdb
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Questdb()


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_a_server_without_an_account_is_open() -> None:
    """Its tables are named, with rows and columns."""
    found = assessed(replay(PROBE, load("questdb/9.3-open")))

    assert (found.access, found.service) == (Access.OPEN, Service("questdb", "9.3.4"))
    assert found.holdings == (
        Holding(name="faxes", kind="table", records=1, fields=("n", "patient_name", "ts")),
    )


def test_a_server_with_an_account_is_locked() -> None:
    """The refusal ends the conversation."""
    transcript = load("questdb/9.3-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b'{"dataset":[]}'), (400, b'{"error":"bad"}'), (404, b'{"error":"table does not"}')],
)
def test_a_control_that_is_not_refused_by_name_proves_nothing(status: int, body: bytes) -> None:
    """What has every table is not called open."""
    half = load("questdb/9.3-open").with_payload(1, body)

    found = unknown(replay(PROBE, half.with_reply(1, status=status, hex=body.hex())))

    assert found.silence is Silence.HALF_PROOF


def test_the_server_s_own_tables_are_left_out() -> None:
    """Its telemetry is nobody's data."""
    rows = {"dataset": [["sys.column_versions_purge_log"], ["telemetry"], ["faxes"]]}

    found = assessed(replay(PROBE, load("questdb/9.3-open").with_json(0, rows)))

    assert [one.name for one in found.holdings] == ["faxes"]


@pytest.mark.parametrize("place", [2, 3, 4])
def test_a_silence_after_the_proof_costs_only_detail(place: int) -> None:
    """The tables were listed, whatever becomes of their rows."""
    transcript = load("questdb/9.3-open").with_reply(place, silence="timeout")

    found = assessed(replay(PROBE, transcript))

    assert [one.name for one in found.holdings] == ["faxes"]


def test_a_long_list_is_capped_and_counted() -> None:
    """A report holds 2,000 names and says how many there are."""
    rows = {"dataset": [[f"t{number}"] for number in range(MAX_HOLDINGS + 1)]}

    found = assessed(replay(PROBE, load("questdb/9.3-open").with_json(0, rows)))

    assert (len(found.holdings), found.holdings_total) == (MAX_HOLDINGS, MAX_HOLDINGS + 1)


@pytest.mark.parametrize("server", ["", "nginx", "QuestDB"])
def test_a_page_without_the_signature_is_not_identified(server: str) -> None:
    """A path called `/exec` has many servers."""
    page = Page(status=200, headers={"server": server}, body=b'{"dataset":[]}')

    assert PROBE.identify(page) is None


@given(place=st.integers(0, 1), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Listing and control are both needed, whole."""
    outcome = replay(PROBE, load("questdb/9.3-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)
