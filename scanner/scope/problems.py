"""Everything that is wrong with a scope file, each with its line, refused in one go."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from scanner.model import Refused
from scanner.plaintext import printable

T = TypeVar("T")

#: A file in which every address is misspelt needs one screen of errors, not ten thousand.
MAX_REPORTED = 20

#: Two addresses, a name and what to do about them.
MAX_MESSAGE = 1_000

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-]+)\s*\]")
_KEY = re.compile(r"\s*([\w.\-]+)\s*=")
_ELEMENT = re.compile(r"""("(?:[^"\\]|\\.)*"|'[^']*')|#.*""")
_INDEX = re.compile(r"(.*)\[(\d+)\]")


class ScopeRefused(Refused):
    """A scope file does not permit a round; each line of the message names file and place."""


class Problems:
    """Collects what is wrong with one file. A field is written `zones[1].ranges[0]`."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.split("\n")  # TOML knows no other end of a line
        self._fields = dict(_fields(self._lines))
        self._found: list[tuple[str, str]] = []

    def add(self, field: str, why: str) -> None:
        """Note what is wrong with a field, and what to do about it."""
        self._found.append((printable(field), printable(why, MAX_MESSAGE)))

    def reading(self, field: str, read: Callable[[str], T], text: str) -> T | None:
        """Read a value, or note why it cannot be read."""
        try:
            return read(text)
        except ValueError as error:
            self.add(field, str(error))
            return None

    def reading_all(self, field: str, read: Callable[[str], T], texts: Sequence[str]) -> list[T]:
        """Read every element, noting each that cannot be read."""
        values = (self.reading(f"{field}[{place}]", read, text) for place, text in enumerate(texts))
        return [value for value in values if value is not None]

    def refuse_if_any(self) -> None:
        """Raise what was found.

        Raises:
            ScopeRefused: something was found.
        """
        if not self._found:
            return
        rest = len(self._found) - MAX_REPORTED
        more = [f"{self._path}: and {rest} more like these"] if rest > 0 else []
        reported = [self._sentence(field, why) for field, why in self._found[:MAX_REPORTED]]
        raise ScopeRefused("\n".join(reported + more))

    def _sentence(self, field: str, why: str) -> str:
        line = self._line_of(field)
        place = f"{self._path}:{line}" if line else str(self._path)
        return f"{place}: {field}: {why}"

    def _line_of(self, field: str) -> int | None:
        """Find the line of a field, or of the nearest table or array around it."""
        while field:
            if field in self._fields:
                return self._fields[field]
            if (element := _INDEX.fullmatch(field)) and (start := self._fields.get(element[1])):
                return self._element_line(start, int(element[2]))
            field = field[: max(field.rfind("."), field.rfind("["), 0)]
        return None

    def _element_line(self, start: int, index: int) -> int:
        """Find the line of an array's element by counting strings; numbers stand on one line."""
        for number, line in enumerate(self._lines[start - 1 :], start):
            for token in _ELEMENT.finditer(line):
                if token[1] is not None and index == 0:
                    return number
                index -= token[1] is not None
        return start


def _fields(lines: list[str]) -> Iterator[tuple[str, int]]:
    """Walk a TOML text for the fields it sets; `tomllib` does not tell their lines."""
    table = ""
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            table = header[2]
            if header[1] == "[[":
                seen[table] = seen.get(table, -1) + 1
                table = f"{table}[{seen[table]}]"
            yield table, number
        elif key := _KEY.match(line):
            yield f"{table}.{key[1]}".lstrip("."), number
