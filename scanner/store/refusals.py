"""Why a history cannot be used, in one line; a database's words are repeated, no values."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy.exc import DBAPIError

from scanner.model import Refused
from scanner.store.columns import Damaged


class StoreRefused(Refused):
    """The history cannot be used; the message names it, and nothing in it was changed."""


@contextmanager
def refusals(name: str) -> Iterator[None]:
    """Name the history in what its database says; its own words, without statement or values."""
    try:
        yield
    except DBAPIError as error:
        raise StoreRefused(f"the history {name}: {in_short(error.orig)}") from error
    except sqlite3.Error as error:
        raise StoreRefused(f"the history {name}: {error}") from error
    except Damaged as error:
        raise StoreRefused(f"the history {name} holds {error}") from error
    except msgspec.DecodeError as error:
        raise StoreRefused(f"the history {name} holds a finding that cannot be read") from error


def in_short(error: BaseException | None) -> str:
    """Give a driver's words in one line. PostgreSQL has details apart, and those hold values."""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    return primary or " ".join(str(error).split())
