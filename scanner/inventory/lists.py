"""The lists that people keep: CSV with a header, JSON Lines, one address a line."""

import csv
from collections.abc import Iterable, Iterator

import msgspec

from scanner.inventory.rows import Place, Placed, Row, checked

#: The columns of a CSV and the members of a JSON line.
COLUMNS = tuple(field.encode_name for field in msgspec.structs.fields(Row))

Lines = Iterable[tuple[Place, str]]


def read_csv(lines: Lines) -> Iterator[Placed]:
    """Read a CSV with a header; lines that begin with # are comments.

    Raises:
        InventoryRefused: an unknown, missing or repeated column, or a row that does not fit it.
    """
    header: tuple[str, ...] = ()
    for place, cells in _cells(lines):
        if not header:
            header = _header(place, cells)
        elif len(cells) != len(header):
            raise place.refusal(f"{len(cells)} cells under a header of {len(header)}")
        else:
            named = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            yield _row(place, {name: text for name, text in named.items() if text})


def read_jsonl(lines: Lines) -> Iterator[Placed]:
    """Read JSON Lines: one object a line.

    Raises:
        InventoryRefused: not an object, or an unknown or ill-typed member.
    """
    for place, line in lines:
        if line.strip():
            yield _row(place, decoded(place, line))


def read_list(lines: Lines) -> Iterator[Placed]:
    """Read one address, CIDR or name a line; what follows a # is a comment.

    Raises:
        InventoryRefused: several words on one line.
    """
    for place, line in lines:
        words = line.partition("#")[0].split()
        if len(words) > 1:
            raise place.refusal("one address, CIDR or name a line, please; comments follow a #")
        if words:
            yield checked(place, Row(address=words[0]))


def decoded(place: Place, line: str) -> dict[str, object]:
    """Decode one line that holds one JSON object.

    Raises:
        InventoryRefused: it does not.
    """
    try:
        return msgspec.json.decode(line, type=dict[str, object])
    except (msgspec.DecodeError, RecursionError) as error:
        raise place.refusal("not one JSON object on one line") from error


def _cells(lines: Lines) -> Iterator[tuple[Place, list[str]]]:
    """Split lines one by one: a quote left open is an error of its own line, not of the next."""
    delimiter = ""
    for place, line in lines:
        if line.startswith("#") or not line.strip():
            continue
        delimiter = delimiter or _delimiter(line)
        try:
            yield place, next(csv.reader([line], delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise place.refusal(f"not CSV: {error}") from error


def _delimiter(header: str) -> str:
    """Tell how a spreadsheet separated its columns: many write semicolons, some tabs."""
    return next((mark for mark in ",;\t" if mark in header), ",")


def _header(place: Place, cells: list[str]) -> tuple[str, ...]:
    names = tuple(cell.strip().lower() for cell in cells)
    for name in names:
        if name not in COLUMNS:
            raise place.refusal(f"unknown column {name!r}; the columns are {', '.join(COLUMNS)}")
        if names.count(name) > 1:
            raise place.refusal(f"column {name!r} stands there twice")
    if "address" not in names:
        raise place.refusal("no column `address`; the first line must name the columns")
    return names


def _row(place: Place, members: dict[str, object]) -> Placed:
    """Turn members into a row; tags may be one text of words."""
    for name in members:
        if name not in COLUMNS:
            raise place.refusal(f"unknown member {name!r}; known are {', '.join(COLUMNS)}")
    if isinstance(tags := members.get("tags"), str):
        members = members | {"tags": tags.split()}
    try:
        return checked(place, msgspec.convert(members, Row))
    except msgspec.ValidationError as error:
        raise place.refusal(str(error).replace("`$.", "`")) from error
