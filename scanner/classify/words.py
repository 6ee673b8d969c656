"""A name taken apart into its words, whatever its case, accents and separators."""

import re
import unicodedata
from typing import TypeAlias

#: Elasticsearch, the most generous, takes field names of 512 characters.
MAX_NAME = 512

#: The longest real names, paths of nested fields, have about a dozen words.
MAX_WORDS = 32

#: Plurals of three letters and fewer are rather acronyms: `ins`, `cps`, `gps`.
_SHORTEST_PLURAL = 4

#: After these letters a final s is no plural: address, status, diagnosis.
_NO_PLURAL = frozenset("sui")

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

#: Letters that lose more than an accent when they are decomposed.
_LETTERS = str.maketrans(
    dict(
        zip(
            "äöüßæœøÄÖÜÆŒØ",
            ("ae", "oe", "ue", "ss", "ae", "oe", "o", "Ae", "Oe", "Ue", "Ae", "Oe", "O"),
            strict=True,
        )
    )
)

#: The folded words of a name or a phrase, in their order.
Words: TypeAlias = list[str]


def words_of(name: str) -> Words:
    """Take a name apart: `Dt_NaissancePatients` gives dt, naissance, patient.

    A script without Latin letters gives nothing, and so does what lies beyond the bounds.
    """
    name = name[:MAX_NAME]
    if not name.isascii():
        name = _latin(name)
    return [fold(word) for word in _WORD.findall(name)[:MAX_WORDS]]


def spellings_of(phrase: str) -> set[str]:
    """Glue a phrase's words, folded one by one, and as one word: `dayssupply` has an s within."""
    one = "".join(_WORD.findall(_latin(phrase))).lower()
    return {"".join(words_of(phrase)), fold(one)} if one else set()


def fold(word: str) -> str:
    """Give one word in lower case and in the singular, as far as an ending tells."""
    word = word.lower()
    if word[-1] != "s" or len(word) < _SHORTEST_PLURAL or word[-2] in _NO_PLURAL:
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]


def _latin(name: str) -> str:
    composed = unicodedata.normalize("NFC", name).translate(_LETTERS)
    decomposed = unicodedata.normalize("NFKD", composed)[:MAX_NAME]
    return "".join(char for char in decomposed if not unicodedata.combining(char))
