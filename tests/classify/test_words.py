"""How a name is taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.classify.words import MAX_WORDS, fold, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("date_of_birth", ["date", "of", "birth"]),
        ("dateOfBirth", ["date", "of", "birth"]),
        ("DATE-OF-BIRTH", ["date", "of", "birth"]),
        ("patient.birth.date", ["patient", "birth", "date"]),
        ("PatientID", ["patient", "id"]),
        ("IPPatient", ["ip", "patient"]),
        ("address1", ["address", "1"]),
        ("fax2email", ["fax", "2", "email"]),
        ("Prénom d'usage", ["prenom", "d", "usage"]),
        ("sœur", ["soeur"]),
        ("Ärztin", ["aerztin"]),
        ("Straße", ["strasse"]),
        ("contraseña", ["contrasena"]),
        ("пациенты", []),
        ("患者_id", ["id"]),
        ("a\x1b[31m\u202epatient", ["a", "31", "m", "patient"]),
        ("", []),
    ],
)
def test_case_accents_and_separators_do_not_count(name: str, words: list[str]) -> None:
    """However a schema writes its words, they are the same words."""
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("patients", "patient"),
        ("allergies", "allergy"),
        ("address", "address"),
        ("status", "status"),
        ("diagnosis", "diagnosis"),
        ("ins", "ins"),
        ("gps", "gps"),
    ],
)
def test_plurals_are_folded_and_acronyms_are_not(word: str, folded: str) -> None:
    """Both sides are folded alike, so a wrong singular does no harm; a wrong acronym would."""
    assert fold(word) == folded


def test_a_name_of_ten_thousand_letters_costs_no_more_than_its_beginning() -> None:
    """The work must not grow with what a server sends."""
    assert words_of("patient_" + "x" * 10_000)[0] == "patient"
    assert len(words_of("a_" * 10_000)) == MAX_WORDS


@given(st.text(max_size=2_000))
def test_any_text_has_words_of_plain_letters_and_digits(name: str) -> None:
    """Nothing that a terminal or a log would obey comes out."""
    words = words_of(name)

    assert len(words) <= MAX_WORDS
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in words)


@given(st.text(max_size=200))
def test_upper_case_says_the_same_where_words_are_divided_by_signs(name: str) -> None:
    """A schema in capitals is the same schema."""
    spelled = "_".join(words_of(name))

    assert words_of(spelled.upper()) == words_of(spelled)
