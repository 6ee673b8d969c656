"""Version 6: tickets, and what is to be done about them."""

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Integer, String, Text

revision = "0006"
down_revision = "0005"

MOMENT = DateTime(timezone=True)


def upgrade() -> None:
    """Add two tables; nothing was a ticket before."""
    op.create_table(
        "ticket",
        Column("tracker", String, primary_key=True),
        Column("key", String, primary_key=True),
        Column("draft", Text, nullable=False),
        Column("state", String, nullable=False),
        Column("round", String, nullable=False),
        Column("escalated", MOMENT),
        Column("remote", String),
        Column("url", String, nullable=False),
        Column("seen", String),
        Column("told", MOMENT),
    )
    op.create_table(
        "errand",
        Column("number", Integer, primary_key=True),
        Column("tracker", String, nullable=False),
        Column("key", String, nullable=False),
        Column("action", Text, nullable=False),
        Column("kind", String, nullable=False),
        Column("at", MOMENT, nullable=False),
        Column("next", MOMENT, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("noted", Boolean, nullable=False),
        Column("parked", Boolean, nullable=False),
        Column("error", Text, nullable=False),
    )
    op.create_index("errand_by_ticket", "errand", ["tracker", "key"])
