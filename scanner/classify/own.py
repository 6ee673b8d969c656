"""The user's own words: terms that the vocabulary lacks, and terms that mean nothing here."""

from pathlib import Path
from typing import Annotated

import msgspec

from scanner.classify.reading import read_own
from scanner.classify.words import words_of
from scanner.inferred import Category
from scanner.model import Refused
from scanner.plaintext import printable

#: More is no list of exceptions any more.
MAX_OWN = 1_000

#: Shorter ones match half of all abbreviations.
SHORTEST = 3

#: Words that stand in nearly every schema: a term of these alone would match everything.
_EVERYWHERE = frozenset(
    """
    account active archive attribute code collection column comment config content count created
    data database date description document entry event fichier field fields file group history
    id index info item key label language liste list log message meta name nom nombre note number
    object order parent position reference record result row source state status table tag text
    time timestamp title total type update updated url user utilisateur uuid valeur value version
    """.split()  # noqa: SIM905 - words that one can read
)


class OwnTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the user's file says.

    A term of `extra_terms` counts as strong. A term of `ignore_terms` is not looked for at all.
    """

    extra_terms: dict[Category, Annotated[list[str], msgspec.Meta(max_length=MAX_OWN)]] = {}
    ignore_terms: Annotated[list[str], msgspec.Meta(max_length=MAX_OWN)] = []

    @classmethod
    def load(cls, path: Path) -> "OwnTerms":
        """Read the user's file.

        Raises:
            Refused: unreadable, wrong, or a term that would match everything; names file and
                line or field.
        """
        own = read_own(path, cls)
        for category, terms in own.extra_terms.items():
            for place, term in enumerate(terms):
                if why := why_refused(term):
                    field = f"extra_terms.{category}[{place}]"
                    raise Refused(f"{path}: {field}: {printable(term)!r} {why}")
        return own


def why_refused(term: str) -> str | None:
    """Say why a term cannot be one; None if it can."""
    words = words_of(term)
    if not words:
        return "has no Latin letter or digit in it: names are matched by their words"
    if not any(char.isalpha() for word in words for char in word):
        return "has no letter in it: every number would match"
    if len("".join(words)) < SHORTEST:
        return f"is shorter than {SHORTEST} letters: it would match nearly everything"
    if all(word in _EVERYWHERE or len(word) == 1 for word in words):
        return "stands in nearly every schema: it would match nearly everything"
    return None
