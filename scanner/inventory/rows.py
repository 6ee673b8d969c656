"""One row of an inventory, the same whatever file it stood in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

import msgspec
from msgspec import Struct, field

from scanner.model import Refused
from scanner.plaintext import printable
from scanner.scope import AssetClass

#: masscan writes a banner of up to 64 KiB into a line; no list of ours has lines near that.
MAX_LINE = 1 << 18

#: A field is a name or an e-mail address; a longer one is a column that has slipped.
MAX_FIELD = 1_000

#: Two fields in their full length, and what to do about them.
MAX_MESSAGE = 3 * MAX_FIELD

#: How a value that `ronde init` wrote begins, until somebody edits it.
PLACEHOLDER = "CHANGE-ME"


class InventoryRefused(Refused):
    """An inventory cannot be used; each line of the message names file and line."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    path: Path
    line: int

    def __str__(self) -> str:
        """Write the place as compilers do: `assets.csv:7`."""
        return f"{self.path}:{self.line}"

    def refusal(self, why: str) -> InventoryRefused:
        """Say what is wrong here."""
        return InventoryRefused(f"{self}: {printable(why, MAX_MESSAGE)}")


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one line says of an address, a CIDR or a name. Empty means that it says nothing."""

    address: str
    owner: str = ""
    contact: str = ""
    site: str = ""
    zone: str = ""
    tags: tuple[str, ...] = ()
    asset_class: AssetClass | None = field(name="class", default=None)


Placed: TypeAlias = tuple[Place, Row]


def checked(place: Place, row: Row) -> Placed:
    """Bound a row's texts: they go into findings, tickets and terminals.

    Raises:
        InventoryRefused: too long, not printable, or still the template's.
    """
    texts = msgspec.structs.asdict(row) | {"tags": " ".join(row.tags)}
    for name, text in texts.items():
        if text is None:
            continue
        if len(text) > MAX_FIELD:
            raise place.refusal(f"{name} is longer than {MAX_FIELD} characters")
        if not text.isprintable():
            raise place.refusal(f"{name} holds control characters; write plain text")
        if text.startswith(PLACEHOLDER):
            raise place.refusal(f"{name} still holds the template's text; write your own")
    return place, row


def lines_of(path: Path, file: BinaryIO) -> Iterator[tuple[Place, str]]:
    """Walk a text file line by line, without its byte-order mark.

    Raises:
        InventoryRefused: not UTF-8, or a line longer than `MAX_LINE` bytes.
    """
    number = 0
    while raw := file.readline(MAX_LINE + 1):
        number += 1
        place = Place(path, number)
        if len(raw) > MAX_LINE:
            raise place.refusal(f"line longer than {MAX_LINE} bytes")
        try:
            yield place, raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise place.refusal("not UTF-8; save the file as UTF-8") from error
