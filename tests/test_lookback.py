"""The commands that explain what a round left in the history."""

from pathlib import Path

import pytest

from scanner.severities import load_severities
from scanner.store import Store
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, coverage, exposure
from tests.ground import Ground, fresh_ground

ground = fresh_ground

ARCHIVE = "ab" * 16


@pytest.fixture
def looked_back(ground: Ground) -> Ground:
    """Leave one open archive in the history."""
    with (
        Store.open(ground.folder / "history.sqlite", create=NOON) as store,
        store.begin_round("r0", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY) as round_,
    ):
        round_.record(exposure(fingerprint=ARCHIVE, regulation=("gdpr:33",)))
        round_.end(coverage())
    return ground


def test_explain_asks_in_the_language_that_was_chosen(looked_back: Ground) -> None:
    """English unless told, both, or none."""
    command = ("explain", "abab", "--history", "history.sqlite")
    english = looked_back.run(*command)
    both = looked_back.run(*command, "--language", "both")
    none = looked_back.run(*command, "--language", "none")

    assert english.code == both.code == none.code == 0
    assert "severity: high" in none.out
    assert "part of: high      service  Elasticsearch: findings 1, doors 1" in none.out
    assert ("Questions for the controller" in english.out, "responsable" in english.out) == (
        True,
        False,
    )
    assert ("Questions for the controller" in both.out, "responsable" in both.out) == (True, True)
    assert "gdpr:33" not in none.out


def test_an_unknown_fingerprint_is_refused(looked_back: Ground) -> None:
    """With the way to the right one."""
    said = looked_back.run("explain", "ffff", "--history", "history.sqlite")

    assert said.code == 2
    assert "`ronde findings` lists them" in said.err


def test_cases_are_for_people_and_for_programs(looked_back: Ground) -> None:
    """A line each; JSON holds the published object."""
    text = looked_back.run("cases", "--history", "history.sqlite")
    as_json = looked_back.run("cases", "--history", "history.sqlite", "--format", "json")

    assert text.out.startswith("high      service  Elasticsearch: findings 1, doors 1")
    assert [one["findings"] for one in as_json.objects] == [[ARCHIVE]]


def test_a_missing_history_is_refused_by_name(ground: Ground) -> None:
    """Nothing is made to look back into."""
    said = ground.run("cases", "--history", "absent.sqlite")

    assert (said.code, "absent.sqlite" in said.err) == (2, True)
    assert not Path(ground.folder / "absent.sqlite").exists()


def test_the_table_is_printed_whole_and_can_be_read_again(ground: Ground) -> None:
    """What is printed is what judges: a copy of it changes nothing."""
    said = ground.run("severity")
    copy = ground.folder / "severity.toml"
    copy.write_text(said.out, encoding="utf-8")

    assert load_severities(copy) == load_severities()
