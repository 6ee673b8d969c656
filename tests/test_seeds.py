"""The page of the incidents promises nothing that no test holds, and hides nothing."""

import pytest

from tests.test_docs import ROOT, TEST_NAME, names_of_tests, rows, section

SEEDS = ROOT / "docs" / "seeds.md"
ROWS = rows(section(SEEDS, "## What each asks for"))

#: How far each incident's demand may be; a word of its own for each.
STATES = ("proved", "partly: ", "unproved: ", "not built yet", "out of reach: ")


def test_every_incident_has_its_row() -> None:
    """In their order, none left out: a row stays, whatever becomes of it."""
    assert [row[0] for row in ROWS] == [f"S-{number:02}" for number in range(1, 30)]


def test_every_test_that_is_named_exists() -> None:
    """One that was renamed or removed is found out."""
    named = set(TEST_NAME.findall(SEEDS.read_text(encoding="utf-8")))

    assert sorted(named - names_of_tests()) == []


def test_every_row_says_how_far_it_is() -> None:
    """In one of five ways."""
    assert [row[:3:2] for row in ROWS if not row[2].startswith(STATES)] == []


@pytest.mark.parametrize("state", ["proved", "partly"])
def test_what_is_proved_names_its_proof(state: str) -> None:
    """Partly is a proof of a part."""
    assert [row[0] for row in ROWS if row[2].startswith(state) and "`test_" not in row[3]] == []


def test_what_is_not_there_has_no_proof() -> None:
    """A promise is marked as one."""
    assert {row[3] for row in ROWS if row[2].startswith(("unproved", "not built"))} == {"none"}
