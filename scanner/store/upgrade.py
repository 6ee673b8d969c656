"""Brings an older history up to today's tables, by alembic, which is imported only then."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, update

from scanner.store.tables import VERSION, history

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, since: int) -> None:
    """Go every step from version `since` on, inside the transaction that is given.

    `ronde_history` says which version a history is of; alembic's own table is filled from there.
    """
    config = _configuration(connection)
    command.stamp(config, _revision(since), purge=True)
    command.upgrade(config, _revision(VERSION))
    connection.execute(update(history).values(version=VERSION))


def _configuration(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(version: int) -> str:
    return f"{version:04}"
