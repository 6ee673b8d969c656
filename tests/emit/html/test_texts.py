"""The words of the page: every language says everything."""

import re
import string
from enum import StrEnum

import pytest

from probes import PROBES
from scanner.emit.html.texts import LANGUAGES, Language, moment, unbroken
from scanner.inferred import Category, Label
from scanner.model import Access, Confidence, Severity, Silence, Status
from scanner.plan import Skip
from scanner.probe import About
from scanner.store.entries import Change
from tests.exposures import NOON, exposure

ENGLISH, FRENCH = map(Language.load, ("en", "fr"))

ABOUTS = [probe.about for probe in PROBES]
CODE = re.compile(r"`[^`]+`")

#: What a report may not say: it is for the data controller to judge, not for a scanner.
VERDICTS = ("breach", "violation", "compliant", "conforme", "persons affected", "patients affected")


def keys(language: Language) -> dict[tuple[str, str], list[str]]:
    """Give the places of every text."""
    return {
        (section, key): sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)
        for section, texts in language.words.items()
        for key, text in texts.items()
    }


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    """Nobody reads half a page."""
    assert keys(FRENCH) == keys(ENGLISH)


@pytest.mark.parametrize(
    ("section", "vocabulary"),
    [
        ("severity", Severity),
        ("status", Status),
        ("access", Access),
        ("confidence", Confidence),
        ("label", Label),
        ("category", Category),
        ("silence", Silence),
        ("skip", Skip),
        ("event", Change),
    ],
)
def test_every_word_of_our_vocabulary_is_translated(
    section: str, vocabulary: type[StrEnum]
) -> None:
    """A new word without a translation is seen here and not by a reader."""
    assert set(vocabulary) <= set(FRENCH.words[section])


def test_every_probe_says_in_french_what_is_open_and_what_to_do() -> None:
    """A new probe brings its words: `config/report/probes.fr.toml`."""
    names = {probe.about.name for probe in PROBES}

    assert set(FRENCH.probes) == names
    assert all(set(told) == {"title", "remedy"} for told in FRENCH.probes.values())


@pytest.mark.parametrize("about", ABOUTS, ids=lambda about: about.name)
def test_a_remedy_has_no_mark_up_but_code(about: About) -> None:
    """Every other mark is printed as it stands."""
    assert not re.search(r"\*\*\w|\w\*\*|__\w", CODE.sub("", about.remedy))
    assert not re.search(r"\*\*\w|\w\*\*|__\w", CODE.sub("", FRENCH.probes[about.name]["remedy"]))


@pytest.mark.parametrize("about", ABOUTS, ids=lambda about: about.name)
def test_a_proxy_stands_before_the_service_and_not_behind_it(about: About) -> None:
    """In French "placez devant un proxy" would put the service in front of it."""
    assert "placez devant" not in FRENCH.probes[about.name]["remedy"]


@pytest.mark.parametrize("about", ABOUTS, ids=lambda about: about.name)
def test_a_translated_remedy_names_the_same_settings(about: About) -> None:
    """Options and commands stand as code, and are no words of a language."""
    remedy = FRENCH.probes[about.name]["remedy"]

    assert sorted(CODE.findall(remedy)) == sorted(CODE.findall(about.remedy))
    assert FRENCH.probes[about.name]["title"] != about.title


def test_somebody_else_s_probe_stands_in_its_own_words() -> None:
    """A page in French says that they are English."""
    finding = exposure(probe="of-a-plug-in", title="It is open")

    assert FRENCH.title(finding) == ("It is open", "en")
    assert FRENCH.title(exposure())[1] == "fr"


@pytest.mark.parametrize("word", VERDICTS)
@pytest.mark.parametrize("code", LANGUAGES)
def test_no_verdict_in_law_is_given(code: str, word: str) -> None:
    """An exposure is a fact, what it amounts to is not ours to say."""
    texts = [text for section in Language.load(code).words.values() for text in section.values()]

    assert [text for text in texts if word in text.lower()] == []


@pytest.mark.parametrize(
    ("language", "number", "share"),
    [(ENGLISH, "1,204", "99%"), (FRENCH, "1\u202f204", "99\u202f%")],
    ids=LANGUAGES,
)
def test_numbers_are_written_as_the_language_writes_them(
    language: Language, number: str, share: str
) -> None:
    """A share is rounded down: nearly everything is not everything."""
    assert (language.number(1204), language.share(65_535, 65_536)) == (number, share)


def test_a_share_in_a_sentence_is_written_as_the_language_writes_it() -> None:
    """Its narrow space is ours, and not escaped as a server's would be."""
    said = FRENCH.say("coverage", "answered", count=1202, planned=1256, share=(1202, 1256))

    assert said.endswith("sur 1\u202f256 prévus (95\u202f%)")


def test_french_marks_stay_on_the_line_of_their_word() -> None:
    """A line that begins with a colon is read twice."""
    said = ("fermé : « Inconnu » ne dit rien ; non ?", "a setting : b")

    assert unbroken("fr", said[0]) == (
        "fermé\u202f: «\u202fInconnu\u202f» ne dit rien\u202f; non\u202f?"
    )
    assert unbroken("en", said[1]) == said[1]
    assert FRENCH.words["detail"]["words"] == "reconnu\u202f:"


def test_a_share_of_nothing_is_nothing() -> None:
    """A round that planned nothing has not covered everything."""
    assert ENGLISH.share(0, 0) == "0%"


def test_what_fills_a_place_is_made_safe_to_show() -> None:
    """The name of a scope comes from a file, and names come from servers."""
    said = ENGLISH.say("page", "subtitle", scope="a\u202eb", reference="{0}")

    assert said == "Report of a round over a\\u202eb ({0})"


def test_a_word_without_a_translation_stands_as_it_is() -> None:
    """Better a foreign word than a report that fails."""
    assert FRENCH.name("skip", "of-tomorrow\x1b") == "of-tomorrow\\x1b"


def test_moments_are_in_utc() -> None:
    """They read the same for whoever compares them with a log."""
    assert moment(NOON) == "2026-03-01 12:00 UTC"
