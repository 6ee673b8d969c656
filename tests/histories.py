"""Looks into a history as an outsider would, whatever database keeps it."""

from pathlib import Path
from typing import Any

from sqlalchemy import text

from scanner.store.home import home_of


def rows(history: Path | str, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement in a connection of its own, commit it, and give what it returned."""
    engine = home_of(history).engine(create=False)
    try:
        with engine.begin() as connection:
            said = connection.execute(text(statement))
            return [tuple(row) for row in said] if said.returns_rows else []
    finally:
        engine.dispose()
