"""What Elasticsearch's pages say: errors, indices, dates and field names; nothing else of them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from scanner.fieldnames import bounded, dotted, schema_names
from scanner.jsonview import Json
from scanner.model import Holding

#: Elasticsearch itself allows 255 bytes.
MAX_NAME = 255

#: The year 2200 in milliseconds: a later date is no date.
LATEST = 7_258_118_400_000

NUMBER = re.compile(r"[0-9]{1,18}")


def error(page: Json) -> tuple[str, str]:
    """Read an error's type, an object's member since 2.0, or its sentence before.

    Raises:
        Garbled: no error stands there.
    """
    found = page["error"]
    return (found["type"].text(), "") if found.is_object else ("", found.text())


def rows(listing: Json) -> list[Holding]:
    """Read `_cat/indices`; its numbers are text, or null for a closed index."""
    return [
        _index(
            row["index"].text(),
            records=_number(row.get("docs.count")),
            size=_number(row.get("pri.store.size")),
            created=_moment(row.get("creation.date")),
        )
        for row in listing.elements()
    ]


def totals(stats: Json) -> list[Holding]:
    """Read `_stats`, which moved its indices out of `_all` during the 0.x versions."""
    whole = stats.get("_all")
    indices = stats.get("indices")
    if indices is None and whole is not None:
        indices = whole.get("indices")
    return [
        _index(
            name,
            records=_number(index["primaries"]["docs"].get("count")),
            size=_number(index["primaries"]["store"].get("size_in_bytes")),
        )
        for name, index in (() if indices is None else indices.items())
    ]


def creation_dates(settings: Json) -> dict[str, datetime | None]:
    """Read `_settings/index.creation_date`, for versions before the column of that name."""
    return {
        name: _moment(index["settings"]["index"].get("creation_date"))
        for name, index in settings.items()
    }


def field_names(mappings: Json) -> dict[str, tuple[str, ...]]:
    """Read `_mapping`, names only: the parameters of a field may be values."""
    return {name: bounded(_fields(index)) for name, index in mappings.items()}


def _index(
    name: str, *, records: int | None, size: int | None, created: datetime | None = None
) -> Holding:
    return Holding(name=name[:MAX_NAME], kind="index", records=records, bytes=size, created=created)


def _number(place: Json | None) -> int | None:
    text = "" if place is None else str(place.value)
    return int(text) if NUMBER.fullmatch(text) else None


def _moment(place: Json | None) -> datetime | None:
    milliseconds = _number(place)
    if milliseconds is None or milliseconds > LATEST:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _fields(index: Json) -> Iterator[str]:
    """Walk the properties, which stand below a document type before version 7."""
    mappings = index.get("mappings")
    mappings = index if mappings is None else mappings
    flat = mappings.get("properties")
    for one in [mappings] if flat is not None else [kind for _, kind in mappings.items()]:
        properties = one.get("properties")
        if properties is not None:
            yield from _names(properties)


def _names(properties: Json) -> Iterator[str]:
    """Name fields and what they nest; nothing else of a mapping is ever looked at."""
    members = dict(properties.items())
    for name in schema_names(members):
        yield name
        inner = members[name].get("properties")
        if inner is not None:
            yield from dotted(name, _names(inner))
