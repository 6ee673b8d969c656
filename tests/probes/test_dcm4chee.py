"""What the dcm4chee probe makes of whole, half and false replies."""

import json

import pytest

from probes.dcm4chee import CONTROL, COUNT, TITLES, Dcm4chee
from scanner.model import Access, Assessment, Holding, Outcome, Silence, Unknown
from tests.transcripts import Recorded, Transcript, asked, load, replay

PROBE = Dcm4chee()
OPEN = load("dcm4chee/5.34-open")
THERE = ("AS_RECEIVED", "DCM4CHEE", "WORKLIST")


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that an outcome is the lack of one."""
    assert isinstance(outcome, Unknown)
    return outcome


def test_an_archive_that_counts_for_anyone_is_open() -> None:
    """Each title with its studies; one that has none to count is named only."""
    found = assessed(replay(PROBE, OPEN))

    assert (found.access, found.holdings_total) == (Access.OPEN, 3)
    assert found.holdings == (
        Holding(name="AS_RECEIVED", kind="archive", records=512),
        Holding(name="DCM4CHEE", kind="archive", records=510),
        Holding(name="WORKLIST", kind="archive"),
    )


def test_no_study_is_listed() -> None:
    """Numbers, and a title that nobody has."""
    assert asked(PROBE, OPEN) == [TITLES.name, *[COUNT.name] * 3, CONTROL.name]


@pytest.mark.parametrize("name", ["5.34-secured", "5.20-secured"])
def test_a_secured_archive_is_locked(name: str) -> None:
    """It sends a caller to its Keycloak, or demands a token of that realm."""
    transcript = load(f"dcm4chee/{name}")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert asked(PROBE, transcript) == [TITLES.name]


def test_an_archive_that_only_names_its_titles_is_locked() -> None:
    """Where a proxy refuses what counts."""
    refused = [Recorded(ask=COUNT.name, arguments=(name,), status=403) for name in THERE]
    two = Transcript(server="by hand", exchanges=(OPEN.exchanges[0], *refused))
    found = assessed(replay(PROBE, two))

    assert found.access is Access.LOCKED
    assert found.because.endswith("/rs/studies/count answered 403")


def test_counts_that_are_none_prove_nothing() -> None:
    """A page of another type is no count."""
    odd = OPEN.with_json(1, {"count": "many"}).with_json(2, []).with_json(3, None)

    assert unknown(replay(PROBE, odd)).silence is Silence.HALF_PROOF


def test_an_installation_with_many_titles_is_asked_for_five_counts() -> None:
    """Counting is the database's work."""
    names = [f"VIEW{number}" for number in range(9)]
    titles = json.dumps([{"dicomAETitle": name} for name in names])
    counted = [Recorded(ask=COUNT.name, arguments=(name,), text='{"count": 1}') for name in names]
    listed = Recorded(ask=TITLES.name, text=titles)
    many = Transcript(server="by hand", exchanges=(listed, *counted[:5], OPEN.exchanges[4]))
    found = assessed(replay(PROBE, many))

    assert [one.records for one in found.holdings] == [1] * 5 + [None] * 4


def test_a_server_that_falls_silent_while_counting_is_open_all_the_same() -> None:
    """What is not counted is named."""
    silent = OPEN.with_reply(2, json=b"", silence=Silence.TIMEOUT)
    short = Transcript(server="by hand", exchanges=(*silent.exchanges[:3], silent.exchanges[4]))
    found = assessed(replay(PROBE, short))

    assert [one.records for one in found.holdings] == [512, None, None]


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"errorMessage":"No such Application Entity: RONDE-NO-SUCH"}'),
        (404, '{"errorMessage":"No such Application Entity: DCM4CHEE"}'),
        (404, "<html>404 - Not Found</html>"),
    ],
)
def test_a_control_in_other_words_proves_nothing(status: int, text: str) -> None:
    """Any server has a 404."""
    liar = OPEN.with_payload(4, text.encode()).with_reply(4, status=status)

    assert unknown(replay(PROBE, liar)).silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    "location",
    [
        "https://sso.example/realms/dcm4che/protocol/openid-connect/auth?client_id=portal",
        "https://sso.example/login?next=/realms/dcm4che/client_id=dcm4chee-arc-rs",
        "",
    ],
)
def test_another_login_is_not_identified(location: str) -> None:
    """A Keycloak guards many."""
    page = Recorded(ask=TITLES.name, status=302, headers={"location": location}, text="")
    found = replay(PROBE, Transcript(server="by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED


@pytest.mark.parametrize("text", ["[]", '[{"title": "A"}]', '[{"dicomAETitle": ".."}]', "{}"])
def test_another_list_is_not_identified(text: str) -> None:
    """An archive has a title, and one that could be a path's segment."""
    page = Recorded(ask=TITLES.name, text=text)
    found = replay(PROBE, Transcript(server="by hand", exchanges=(page,)))

    assert unknown(found).silence is Silence.UNRECOGNISED


def test_wildfly_alone_is_not_identified() -> None:
    """Its page for what is not there says nothing of an archive."""
    assert unknown(replay(PROBE, load("dcm4chee/wildfly"))).silence is Silence.UNRECOGNISED
