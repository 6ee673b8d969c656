"""The table of severities is complete, or refused by the field that is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Refused, Severity
from scanner.severities import NAME, load_severities
from scanner.shipped import shipped

SHIPPED = shipped(NAME).read_text(encoding="utf-8")


def written(folder: Path, old: str, new: str) -> Path:
    """Write the shipped table with one thing changed, which must be there."""
    assert old in SHIPPED
    path = folder / "own.toml"
    path.write_text(SHIPPED.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (105, Severity.CRITICAL),
        (90, Severity.CRITICAL),
        (89, Severity.HIGH),
        (40, Severity.MEDIUM),
        (39, Severity.LOW),
        (-50, Severity.LOW),
    ],
)
def test_a_level_begins_with_its_points(points: int, expected: Severity) -> None:
    """What is below all of them is still an open door."""
    assert load_severities().level(points) is expected


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("health = 20", 'health = "much"', "categories.health: Expected `int`"),
        ("health = 20", "", "`categories` lacks health"),
        ("health = 20", "health = 20\nfax = 1", "categories: Invalid enum value 'fax'"),
        ("critical = 90", "critical = 60", "`levels` do not fall"),
        ("critical = 90", "critical = 90\ninfo = 1", "`levels` has info"),
        ("low = 90", "low = -1", "days.low: Expected `int` >= 0"),
        ("points = 70,", "points = 101,", "access.open.records.points: Expected"),
        ("AV:N", "AV:Q", "access.open.host: `cvss` is not a base vector"),
        ("AC:L/", "", "access.open.host: `cvss` is not a base vector"),
        ("[access.shielded]", "[access.locked]", "`access` lacks shielded"),
        ("extortion = 20", "extorsion = 20", "signs: Object contains unknown field `extorsion`"),
        ("[tags]", "[tagz]", "unknown field `tagz`"),
        ("critical = 10", "critical = 1000", "tags.critical: Expected `int` <= 100"),
        ("[tags]", "[tags]\nPACS = 5", "`tags` has PACS: write it in small letters"),
        ("[tags]", "[tags", "own.toml:89: not TOML"),
    ],
)
def test_a_wrong_table_is_refused_by_file_and_field(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    """The message leads to the line: nobody searches a table for a number."""
    path = written(tmp_path, old, new)

    with pytest.raises(Refused) as refused:
        load_severities(path)

    assert str(refused.value).startswith(str(path))
    assert field in str(refused.value)


def test_a_table_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    """A wrong path is not the shipped table."""
    with pytest.raises(Refused, match=r"absent\.toml: cannot be read"):
        load_severities(tmp_path / "absent.toml")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(tmp_path_factory: object, content: bytes) -> None:
    """Nothing else is raised, whatever the file holds."""
    assert isinstance(tmp_path_factory, pytest.TempPathFactory)
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)

    with pytest.raises(Refused):
        load_severities(path)
