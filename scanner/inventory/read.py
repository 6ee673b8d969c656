"""Which reader a file needs, from what the user says, its name or its first bytes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from scanner.inventory import exports, lists
from scanner.inventory.rows import InventoryRefused, Placed, lines_of

#: Enough for a comment and the first line of data.
HEAD = 4_096


class Format(StrEnum):
    """What an inventory file may be."""

    CSV = "csv"
    JSONL = "jsonl"
    LIST = "list"
    NMAP = "nmap"
    MASSCAN = "masscan"


SUFFIXES: Mapping[str, Format] = {
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".xml": Format.NMAP,
}

#: How a file of another name begins, after white space.
BEGINNINGS: Mapping[bytes, Format] = {
    b"<": Format.NMAP,
    b"[": Format.MASSCAN,
    b"{": Format.JSONL,
}

_READERS: Mapping[Format, Callable[[lists.Lines], Iterator[Placed]]] = {
    Format.CSV: lists.read_csv,
    Format.JSONL: lists.read_jsonl,
    Format.LIST: lists.read_list,
    Format.MASSCAN: exports.read_masscan,
}


@dataclass(frozen=True, slots=True)
class Source:
    """An inventory file, and its format if the user named one."""

    path: Path
    format: Format | None = None

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read `PATH` or `FORMAT:PATH`."""
        prefix, colon, path = text.partition(":")
        if colon and prefix in list(Format):
            return cls(Path(path), Format(prefix))
        return cls(Path(text))

    def rows(self) -> Iterator[Placed]:
        """Walk the file's rows; it is never in memory as a whole.

        Raises:
            InventoryRefused: the file cannot be read or names nothing, or a line is not what the
                format says.
        """
        empty = True
        try:
            with self.path.open("rb") as file:
                for placed in self._rows_of(file):
                    empty = False
                    yield placed
        except OSError as error:
            raise InventoryRefused(f"{self.path}: cannot be read: {error.strerror}") from error
        if empty:
            raise InventoryRefused(f"{self.path}: names no address; fill it, or leave it out")

    def _rows_of(self, file: BinaryIO) -> Iterator[Placed]:
        form = self.format or SUFFIXES.get(self.path.suffix.lower()) or _guess(file)
        if form is Format.NMAP:
            return exports.read_nmap(self.path, file)
        return _READERS[form](lines_of(self.path, file))


def _guess(file: BinaryIO) -> Format:
    """Tell a format from the first bytes."""
    head = file.read(HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    file.seek(0)
    if form := BEGINNINGS.get(head[:1]):
        return form
    data = (line for line in head.lower().splitlines() if not line.startswith(b"#"))
    named = b"address" in next(data, b"")
    return Format.CSV if named else Format.LIST
