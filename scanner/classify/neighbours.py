"""Data sets that stand in one place say something of each other, where each alone says too little.

In a database with registers of patients, `pid` is a patient and `visit_id` leads to one. Nothing
of this touches a database without such registers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from scanner.classify.judge import Classification, Classifier
from scanner.classify.vocabulary import PROBABLE
from scanner.classify.weigh import concluded
from scanner.classify.words import Words, words_of
from scanner.inferred import Category, DataCategory, Label

#: One or two tables with a patient's column may be anything; a clinic's database has dozens.
LEAST_RECORDS = 3

#: Weak words that have to come together before they are believed, among registers of patients.
LEAST_HINTS = 2

#: What a table that is led to from everywhere is called: it is no register of patients.
_GENERAL = frozenset(
    """
    account address article attachment bill billing category comment contact document event
    facility field file form group identity image invoice item language link list location log
    message note option organization page payment person product profile provider role service
    setting status task template type user utilisateur
    """.split()  # noqa: SIM905 - words that one can read
)

#: What a column that leads to another table begins or ends with.
_KEYS = frozenset({"id", "uuid", "fk", "key", "ref", "no"})

#: What is said of a table that leads to a register of patients; no word of the data's own.
REFERS = "refers to records of patients"


class Named(NamedTuple):
    """A data set as it is listed: its name, and the names of its fields."""

    name: str
    fields: Sequence[str] = ()


def together(classifier: Classifier, listed: Sequence[Named]) -> tuple[Classification, ...]:
    """Judge data sets that one server lists, each by itself and then among its neighbours."""
    said = [classifier.classify(one.name, one.fields) for one in listed]
    if sum(map(_is_record, said)) < LEAST_RECORDS:
        return tuple(said)
    records = _records(listed, said)
    return tuple(
        _among(classifier, one, each, records) for one, each in zip(listed, said, strict=True)
    )


def _among(
    classifier: Classifier, one: Named, said: Classification, records: frozenset[str]
) -> Classification:
    """Judge again what was not judged to be health data, now among registers of patients."""
    own = words_of(one.name)
    if said.label in {Label.HEALTH, Label.INTERNAL} or _lists_kinds(classifier, own):
        return said
    words = list(_why(one, said, records))
    if not words:
        return said
    more = DataCategory(name=Category.PATIENT_ENTITY, confidence=PROBABLE, words=tuple(words))
    again = concluded([*said.categories, more])
    return replace(said, label=again.label, categories=again.categories)


def _why(one: Named, said: Classification, records: frozenset[str]) -> Iterator[str]:
    if said.numbers_somebody or len(said.hints) >= LEAST_HINTS:
        yield from sorted(said.hints)
    if any(_leads_to(field) in records for field in one.fields):
        yield REFERS


def _records(listed: Sequence[Named], alone: Sequence[Classification]) -> frozenset[str]:
    """Give what leads to a register: the glued words of its name, without the common first word."""
    first = _common_first_word(listed)
    found = set()
    for one, said in zip(listed, alone, strict=True):
        own = words_of(one.name.rpartition(".")[2])
        own = own[1:] if own[:1] == [first] else own
        if _is_record(said) and not _GENERAL.issuperset(own):
            found.add("".join(own))
    return frozenset(found)


def _is_record(said: Classification) -> bool:
    return said.label is Label.HEALTH and said.speaks_of_somebody


def _leads_to(field: str) -> str:
    words = words_of(field)
    while words and words[-1] in _KEYS:
        words = words[:-1]
    while words and words[0] in _KEYS:
        words = words[1:]
    return "".join(words)


def _common_first_word(listed: Sequence[Named]) -> str | None:
    """Give the word that more than half of the names begin with: `llx`, `gnuhealth`, `wp`."""
    counts: dict[str, int] = {}
    for one in listed:
        for word in words_of(one.name.rpartition(".")[2])[:1]:
            counts[word] = counts.get(word, 0) + 1
    most = max(counts, key=lambda word: counts[word], default="")
    return most if counts.get(most, 0) * 2 > len(listed) else None


def _lists_kinds(classifier: Classifier, own: Words) -> bool:
    return bool(own) and own[-1] in classifier.vocabulary.kinds
