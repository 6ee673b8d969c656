"""The files of the vocabulary: what ships can be read, and what is wrong is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.classify import Classifier, load_vocabulary
from scanner.classify.vocabulary import PROBABLE, STRONG, WEAK, parse_language
from scanner.inferred import Category
from scanner.model import Refused

FILE = Path("vocabulary/xx.toml")

GOOD = """
language = "xx"
things = ["drug"]
kinds = ["types"]

[groups]
network = ["ip", "hosts"]

[prescription]
strong = ["prescriptions", "drug"]
probable = ["dose"]
weak = ["rx"]

[unless]
"rx" = ["@network", "bytes"]

[contexts]
"drug" = ["players"]
"""


def refusal(text: str) -> str:
    """Give the message that a language file is refused with."""
    with pytest.raises(Refused) as refused:
        parse_language(FILE, text)
    return str(refused.value)


def test_what_ships_has_phrases_of_every_category_in_every_language() -> None:
    """A language that lacks a category would miss it silently."""
    vocabulary = load_vocabulary()
    found = {term.category for terms in vocabulary.terms.values() for term in terms}

    assert found == set(Category)
    assert len(vocabulary.terms) > 2_000


def test_a_language_file_says_weights_switches_things_and_kinds() -> None:
    """Every part of the format, folded as names are."""
    language = parse_language(FILE, GOOD)
    terms = {term.phrase: term for term in language.terms}

    assert {phrase: term.weight for phrase, term in terms.items()} == {
        "prescriptions": STRONG,
        "drug": STRONG,
        "dose": PROBABLE,
        "rx": WEAK,
    }
    assert terms["rx"].unless == {"ip", "host", "byte"}
    assert terms["drug"].contexts == {"player"}
    assert terms["drug"].is_thing
    assert not terms["dose"].is_thing
    assert language.kinds == {"type"}


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("language = ", "language", "vocabulary/xx.toml:2: not TOML"),
        ("[medicine]", "[prescription]", "vocabulary/xx.toml: medicine: Invalid enum value"),
        ("strogn = ", "strong = ", "vocabulary/xx.toml: prescription: "),
        ('probable = "dose"', 'probable = ["dose"]', "xx.toml: prescription.probable: Expected"),
        ('"€"', '"dose"', "vocabulary/xx.toml: prescription: '€' has no word in it"),
        ('"rxx" = ', '"rx" = ', "vocabulary/xx.toml: unless.'rxx': not a phrase of this file"),
        ('"drag" = ', '"drug" = ', "vocabulary/xx.toml: contexts.'drag': not a phrase"),
        ('things = ["dragee"]', 'things = ["drug"]', "xx.toml: things.'dragee': not a phrase"),
        ("@netwrok", "@network", "vocabulary/xx.toml: unless.'rx': no group @netwrok"),
    ],
)
def test_what_is_wrong_is_named_by_file_and_line_or_field(
    wrong: str, right: str, message: str
) -> None:
    """A reviewer finds the place: no slip of the pen is a word that matches nothing."""
    assert message in refusal(GOOD.replace(right, wrong, 1))


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """A file that is no vocabulary at all ends in a message, not in a traceback."""
    message = ""
    try:
        parse_language(FILE, text)
    except Refused as refused:
        message = str(refused)
    assert message == "" or message.startswith("vocabulary/xx.toml")


class TestOwnTerms:
    """The user's own words."""

    def own(self, folder: Path, text: str) -> Path:
        """Write the user's file."""
        path = folder / "own.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def test_an_extra_term_is_as_good_as_a_strong_one(self, tmp_path: Path) -> None:
        """What a hospital calls its own register is found, however it is written."""
        path = self.own(tmp_path, 'extra_terms = {medical_record_no = ["Kürzel Fall"]}')
        classifier = Classifier(load_vocabulary(path))

        (category,) = classifier.classify("t", ["KuerzelFall"]).categories

        assert (category.name, category.confidence) == (Category.MEDICAL_RECORD_NO, 0.9)
        assert category.words == ("Kürzel Fall",)

    def test_an_ignored_term_is_not_looked_for(self, tmp_path: Path) -> None:
        """A word that means something else here is left out in all its spellings."""
        path = self.own(tmp_path, 'ignore_terms = ["Blood-Group"]')

        assert Classifier(load_vocabulary(path)).classify("blood_groups").categories == ()

    @pytest.mark.parametrize(
        ("term", "why"),
        [
            ("*", "has no Latin letter or digit in it"),
            ("", "has no Latin letter or digit in it"),
            ("2024", "has no letter in it"),
            ("id", "is shorter than 3 letters"),
            ("Name", "stands in nearly every schema"),
            ("data_type", "stands in nearly every schema"),
            ("x_id_y", "stands in nearly every schema"),
        ],
    )
    def test_a_term_that_would_match_everything_is_refused(
        self, tmp_path: Path, term: str, why: str
    ) -> None:
        """It is named by file and field; a finding that is always there says nothing."""
        path = self.own(tmp_path, f"[extra_terms]\ncontact = ['fine one', '{term}']")

        with pytest.raises(Refused) as refused:
            load_vocabulary(path)

        assert f"{path}: extra_terms.contact[1]: '{term}' {why}" in str(refused.value)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("extra_terms = [", "own.toml:1: not TOML"),
            ("extra = {}", "own.toml: Object contains unknown field `extra`"),
            ("[extra_terms]\npets = ['a']", "own.toml: extra_terms: Invalid enum value 'pets'"),
            ("ignore_terms = [3]", "own.toml: ignore_terms[0]: Expected `str`, got `int`"),
        ],
    )
    def test_a_wrong_file_is_refused(self, tmp_path: Path, text: str, message: str) -> None:
        """By line or field."""
        with pytest.raises(Refused) as refused:
            load_vocabulary(self.own(tmp_path, text))

        assert message in str(refused.value)

    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        """By its path and the system's reason."""
        with pytest.raises(Refused, match=r"none\.toml: cannot be read: No such file"):
            load_vocabulary(tmp_path / "none.toml")
