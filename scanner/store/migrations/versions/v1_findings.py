"""Version 1: rounds, findings, where they were seen, and what happened to them."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Text,
)

revision = "0001"
down_revision = None

MOMENT = DateTime(timezone=True)


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "ronde_history",
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("created", MOMENT, nullable=False),
    )
    op.create_table(
        "round",
        Column("number", Integer, primary_key=True),
        Column("name", String, nullable=False, unique=True),
        Column("scope", String, nullable=False),
        Column("reference", String, nullable=False),
        Column("vantage", String, nullable=False),
        Column("started", MOMENT, nullable=False),
        Column("ended", MOMENT),
        Column("coverage", Text),
    )
    op.create_table(
        "finding",
        Column("fingerprint", String, primary_key=True),
        Column("scope", String, nullable=False),
        Column("status", String, nullable=False),
        Column("round", String, ForeignKey("round.name"), nullable=False),
        Column("first_seen", MOMENT, nullable=False),
        Column("last_seen", MOMENT, nullable=False),
    )
    op.create_index("finding_by_status", "finding", ["status"])
    _what_was_seen()


def _what_was_seen() -> None:
    endpoint = ["address", "port", "transport", "vantage"]
    op.create_table(
        "sighting",
        Column("fingerprint", String, ForeignKey("finding.fingerprint"), primary_key=True),
        Column("address", String, primary_key=True),
        Column("port", Integer, primary_key=True, autoincrement=False),
        Column("transport", String, primary_key=True),
        Column("vantage", String, primary_key=True),
        Column("probe", String, nullable=False),
        Column("exposed", Boolean, nullable=False),
        Column("round", String, ForeignKey("round.name"), nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("document", Text, nullable=False),
    )
    op.create_index("sighting_by_endpoint", "sighting", endpoint)
    op.create_table(
        "event",
        Column("number", Integer, primary_key=True),
        Column("round", String, ForeignKey("round.name"), nullable=False),
        Column("fingerprint", String, ForeignKey("finding.fingerprint"), nullable=False),
        Column("what", String, nullable=False),
        Column("address", String),
        Column("port", Integer),
        Column("transport", String),
        Column("because", Text, nullable=False),
        Column("at", MOMENT, nullable=False),
    )
    op.create_index("event_by_fingerprint", "event", ["fingerprint"])
