"""Which names of fields are a schema's, and which are a person's that became a key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.fieldnames import MAX_FIELDS, MAX_LENGTH, MAX_SIBLINGS, bounded, dotted, schema_names

SCHEMA = ["birth_date", "patient_name", "nir", "icd10", "@timestamp", "date_of_birth_2", "médecin"]


def test_names_that_people_choose_are_kept() -> None:
    """Digits, accents and a leading @ are no reason to drop a name."""
    assert schema_names(SCHEMA) == frozenset(SCHEMA)


@pytest.mark.parametrize(
    "value",
    [
        "jean.dupont@example.org",
        "185127830012345",
        "p-123456",
        "1980-02-29",
        "29.02.1980",
        "29/2/80",
        "123e4567-e89b-12d3-a456-426614174000",
        "",
        "x" * (MAX_LENGTH + 1),
        "a\x1b[31mb",
        "a\nb",
    ],
)
def test_a_name_that_looks_like_a_value_is_dropped(value: str) -> None:
    """What people are known by is no name of a field, nor is what a terminal would obey."""
    assert schema_names([*SCHEMA, value]) == frozenset(SCHEMA)


def test_many_that_look_like_values_make_their_neighbours_suspect() -> None:
    """Beside a fifth of numbers and addresses, a plain name is somebody's, too."""
    assert schema_names(["dupont", "martin", "185127830012345"]) == frozenset()


def test_too_many_members_are_records() -> None:
    """One object with hundreds of members is keyed by data, whatever the keys look like."""
    assert len(schema_names(f"name{n}" for n in range(MAX_SIBLINGS))) == MAX_SIBLINGS
    assert schema_names(f"name{n}" for n in range(MAX_SIBLINGS + 1)) == frozenset()


def test_a_report_holds_a_bounded_sorted_list() -> None:
    """The same schema gives the same list, in every round."""
    assert bounded(["b", "a", "b"]) == ("a", "b")
    assert len(bounded(f"{n}" for n in range(MAX_FIELDS + 1))) == MAX_FIELDS


def test_nested_names_are_dotted() -> None:
    """A field is named by its way down."""
    assert list(dotted("patient", ["birth_date"])) == ["patient.birth_date"]


@given(names=st.lists(st.text(max_size=40), max_size=30))
def test_nothing_is_invented(names: list[str]) -> None:
    """What is kept was there."""
    assert schema_names(names) <= frozenset(names)
