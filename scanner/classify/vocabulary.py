"""The vocabulary: phrases by category and language, and what switches each of them off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec

from scanner import tomltext
from scanner.classify.own import OwnTerms
from scanner.classify.patterns import Internal, Patterns, ProductsFile
from scanner.classify.reading import read_shipped
from scanner.classify.words import fold, spellings_of, words_of
from scanner.inferred import Category
from scanner.model import Refused
from scanner.plaintext import printable
from scanner.shipped import shipped
from scanner.tomltext import converted

LANGUAGES = ("en", "fr", "de", "es")

STRONG, PROBABLE, WEAK = 0.9, 0.6, 0.25

#: In `unless`: any other word at all, so that the phrase must be the whole name.
ANY_WORD = "*"

#: A review of a language file cannot take in more; the largest has about a thousand.
MAX_PHRASES = 5_000

Phrases: TypeAlias = Annotated[list[str], msgspec.Meta(max_length=MAX_PHRASES)]
Switches: TypeAlias = dict[str, Phrases]


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One category's table in a language file."""

    strong: Phrases = []
    probable: Phrases = []
    weak: Phrases = []


class _Frame(msgspec.Struct, frozen=True):
    """What a language file holds besides its categories."""

    language: str
    kinds: Phrases = []
    things: Phrases = []
    ambiguous: Phrases = []
    somebody: Phrases = []
    groups: Switches = {}
    unless: Switches = {}
    contexts: Switches = {}


@dataclass(frozen=True, slots=True)
class Term:
    """One phrase of one category.

    `unless` are folded words of the same name that switch it off, `contexts` those of any name of
    the data set. `words` are the phrase's own. A thing exists without a patient;
    somebody is a person, whoever that is; what is ambiguous needs something clearer beside it.
    """

    category: Category
    phrase: str
    weight: float
    words: tuple[str, ...]
    unless: frozenset[str] = frozenset()
    contexts: frozenset[str] = frozenset()
    is_thing: bool = False
    is_somebody: bool = False
    is_ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Language:
    """What one language file says."""

    terms: tuple[Term, ...]
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All terms by their glued words; `beginnings` are what any of these begins with.

    `kinds` are words that end the name of a list of kinds: types, categories, templates.
    """

    terms: Mapping[str, tuple[Term, ...]]
    beginnings: frozenset[str]
    contexts: frozenset[str]
    kinds: frozenset[str]
    patterns: Patterns

    @classmethod
    def of(cls, terms: Iterable[Term], kinds: Iterable[str], patterns: Patterns) -> "Vocabulary":
        """Index terms; of several with one spelling in one category the firmest stays."""
        firmest: dict[tuple[str, Category], Term] = {}
        for term in terms:
            for glued in spellings_of(term.phrase):
                place = glued, term.category
                if place not in firmest or firmest[place].weight < term.weight:
                    firmest[place] = term
        index: dict[str, tuple[Term, ...]] = {}
        for (glued, _), term in firmest.items():
            index[glued] = (*index.get(glued, ()), term)
        return cls(
            terms=index,
            beginnings=frozenset(key[:end] for key in index for end in range(1, len(key) + 1)),
            contexts=frozenset(word for term in firmest.values() for word in term.contexts),
            kinds=frozenset(kinds),
            patterns=patterns,
        )


def load_vocabulary(own: Path | None = None) -> Vocabulary:
    """Load what ships with the program, and a file of the user's own beside it.

    Raises:
        Refused: a file cannot be read or is wrong; names it, and the line or the field.
    """
    mine = OwnTerms.load(own) if own else OwnTerms()
    languages = [_language(name) for name in LANGUAGES]
    ignored = {"".join(words_of(phrase)) for phrase in mine.ignore_terms}
    terms = [term for language in languages for term in language.terms]
    kept = [term for term in terms if "".join(words_of(term.phrase)) not in ignored]
    added = [
        Term(category, phrase, STRONG, tuple(words_of(phrase)))
        for category, phrases in mine.extra_terms.items()
        for phrase in phrases
    ]
    kinds = [word for language in languages for word in language.kinds]
    return Vocabulary.of((*added, *kept), kinds, _patterns())


def parse_language(path: Path, text: str) -> Language:
    """Read one language file.

    Raises:
        Refused: not TOML, an unknown category, an empty phrase or group, a switch for a phrase
            that the file does not have; names file and line or field.
    """
    raw = tomltext.parse(path, text)
    frame = converted(path, raw, _Frame)
    categories = [
        converted(path, name, Category, within=printable(name))
        for name in raw
        if name not in _Frame.__struct_fields__
    ]
    terms = [
        Term(category, phrase, weight, _words(path, category, phrase))
        for category in categories
        for weight, phrases in _by_weight(converted(path, raw[category], Weights, within=category))
        for phrase in phrases
    ]
    _refuse_strangers(path, frame, {term.phrase for term in terms})
    switched = (
        replace(
            term,
            unless=_switches(path, "unless", frame, term.phrase),
            contexts=_switches(path, "contexts", frame, term.phrase),
            is_thing=term.phrase in frame.things,
            is_somebody=term.phrase in frame.somebody,
            is_ambiguous=term.phrase in frame.ambiguous,
        )
        for term in terms
    )
    return Language(tuple(switched), frozenset(fold(word) for word in frame.kinds))


def _language(language: str) -> Language:
    name = f"vocabulary/{language}.toml"
    return parse_language(Path(name), shipped(name).read_text(encoding="utf-8"))


def _patterns() -> Patterns:
    return Patterns.of(
        read_shipped("products.toml", ProductsFile).product,
        read_shipped("internal.toml", Internal),
    )


def _by_weight(weights: Weights) -> Sequence[tuple[float, Sequence[str]]]:
    return (STRONG, weights.strong), (PROBABLE, weights.probable), (WEAK, weights.weak)


def _words(path: Path, field: str, phrase: str) -> tuple[str, ...]:
    words = tuple(words_of(phrase))
    if not words:
        raise Refused(f"{path}: {field}: {printable(phrase)!r} has no word in it")
    return words


def _refuse_strangers(path: Path, frame: _Frame, phrases: set[str]) -> None:
    for table in ("things", "somebody", "ambiguous", "unless", "contexts"):
        for phrase in getattr(frame, table):
            if phrase not in phrases:
                raise Refused(f"{path}: {table}.{printable(phrase)!r}: not a phrase of this file")


def _switches(path: Path, table: str, frame: _Frame, phrase: str) -> frozenset[str]:
    """Give the folded words that switch a phrase off, groups written out."""
    found: set[str] = set()
    for word in getattr(frame, table).get(phrase, ()):
        if word == ANY_WORD:
            found.add(ANY_WORD)
        elif word.startswith("@"):
            if word[1:] not in frame.groups:
                raise Refused(f"{path}: {table}.{printable(phrase)!r}: no group {printable(word)}")
            found.update(part for one in frame.groups[word[1:]] for part in words_of(one))
        else:
            found.update(_words(path, f"{table}.{phrase}", word))
    return frozenset(found)
