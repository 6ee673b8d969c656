"""Version 2: the way of a round and its shards, so that it can be continued."""

from alembic import op
from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; rounds of before have no way, and cannot be continued."""
    op.create_table(
        "way",
        Column("round", String, ForeignKey("round.name"), primary_key=True),
        Column("document", Text, nullable=False),
    )
    op.create_table(
        "shard",
        Column("round", String, ForeignKey("round.name"), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("tally", Text, nullable=False),
    )
