"""Counts as servers write them: a number or its digits, or nothing."""

from scanner.jsonview import MAX_INTEGER, Json

#: What a history can hold; no store of the field has as many records, or bytes, on one server.
MAX_COUNT = MAX_INTEGER

#: The digits of `MAX_COUNT`.
_DIGITS = 19


def read(place: Json | None) -> int | None:
    """Give the count that stands there, or None when none does: a count is detail, never proof."""
    value = None if place is None else place.value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MAX_COUNT else None
