"""Types of columns that SQL lacks: a moment with its zone, a word of an enumeration."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import DateTime, Dialect, String, TypeDecorator

if TYPE_CHECKING:
    Moment = TypeDecorator[datetime]
    Listed = TypeDecorator[StrEnum]
else:
    Moment = Listed = TypeDecorator

Read = TypeVar("Read")


class Damaged(Exception):
    """A value is none that this program writes; the message says of what kind, never the value."""


class Utc(Moment):
    """A moment, stored in UTC; a dialect without time zones gets it back with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: nobody could tell when it was."""
        del dialect
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None or value.tzinfo is None:
            return value and value.replace(tzinfo=UTC)
        return value.astimezone(UTC)

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[object], datetime | None] | None:
        """Say of a moment that cannot be read that it is damaged."""
        read = super().result_processor(dialect, coltype)
        return read and partial(_undamaged, read, "moment")


class Word(Listed):
    """A word of an enumeration, stored as it is written."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        """Take the enumeration."""
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Write the word itself, whatever a driver makes of enumerations."""
        del dialect
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Give the enumeration back, or say that the word is damaged."""
        del dialect
        return None if value is None else _undamaged(self.kind, self.kind.__name__.lower(), value)


def _undamaged(read: Callable[[Any], Read], what: str, value: object) -> Read:
    try:
        return read(value)
    except (TypeError, ValueError) as error:
        raise Damaged(f"a {what} that cannot be read") from error
