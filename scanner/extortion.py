"""Signs that somebody else has been there: names that extortion campaigns leave. Pure rules.

Sources: public reports of campaigns against open MongoDB, Elasticsearch and MySQL servers since
2016, and the names that victims have posted. The notes themselves are never read.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from typing import Self

import msgspec

from scanner.classify.reading import read_shipped
from scanner.inferred import ADVICE, EXTORTION, Mark
from scanner.model import Holding

#: A note is one record or a few; a table of ten thousand warnings is a table of warnings.
MOST_IN_A_NOTE = 10

#: The meow bot's names: some random letters, then the ending.
SHORTEST_BEFORE_ENDING = 6

_SIGNS_AND_SPACES = re.compile(r"[\W_]+")

BECAUSE = (
    "a name used by known extortion campaigns is present; data may already have been copied or "
    "destroyed"
)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What extortion.toml lists."""

    names: list[str]
    notes: list[str]
    endings: list[str]


@dataclass(frozen=True, slots=True)
class Extortion:
    """The known names, compiled."""

    names: re.Pattern[str]
    notes: frozenset[str]
    endings: tuple[str, ...]

    @classmethod
    def load(cls) -> Self:
        """Read the names that ship with the program.

        Raises:
            Refused: the file is wrong; names it.
        """
        file = read_shipped("extortion.toml", _File)
        names = re.compile("|".join(map(translate, file.names)))
        return cls(names, frozenset(file.notes), tuple(file.endings))

    def signs(self, holdings: Sequence[Holding]) -> tuple[Mark, ...]:
        """Say what the names and counts of holdings are signs of; at most one sign, of all."""
        left = sum(self.is_left_behind(one) for one in holdings)
        if not left:
            return ()
        return (Mark(what=EXTORTION, holdings=left, because=BECAUSE, advice=ADVICE),)

    def is_left_behind(self, holding: Holding) -> bool:
        """Tell whether a campaign left this holding, by its name and what is in it."""
        return any(map(self._is_known, _parts(holding.name))) or (
            _spelled(holding.name.rpartition(".")[2]) in self.notes and _is_tiny(holding)
        )

    def _is_known(self, name: str) -> bool:
        before = next((name[: -len(end)] for end in self.endings if name.endswith(end)), "")
        emptied = before.isalnum() and len(before) >= SHORTEST_BEFORE_ENDING
        return emptied or self.names.fullmatch(_spelled(name)) is not None


def _parts(name: str) -> Iterator[str]:
    """Give the name and, of `database.collection` and paths, each part."""
    yield name
    if "." in name or "/" in name:
        yield from re.split(r"[./]", name)


def _spelled(name: str) -> str:
    return _SIGNS_AND_SPACES.sub("", name).lower()


def _is_tiny(holding: Holding) -> bool:
    return holding.records is not None and holding.records <= MOST_IN_A_NOTE
