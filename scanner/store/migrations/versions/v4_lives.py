"""Version 4: doors seen shut in several rounds, locks undone, risks accepted."""

from alembic import op
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Text,
    column,
    false,
    table,
    text,
)

revision = "0004"
down_revision = "0003"

MOMENT = DateTime(timezone=True)


def upgrade() -> None:
    """Add tables and columns. Nobody had counted rounds, as one look was enough to end a sighting.

    So what had ended was seen shut once, and what is exposed never.
    """
    op.add_column("finding", Column("regressed", Boolean, nullable=False, server_default=false()))
    seen_shut = Column("seen_shut", Integer, nullable=False, server_default=text("0"))
    op.add_column("sighting", seen_shut)
    sighting = table("sighting", column("exposed", Boolean), column("seen_shut", Integer))
    op.execute(sighting.update().where(~sighting.c.exposed).values(seen_shut=1))
    op.create_table(
        "locked",
        Column("address", String, primary_key=True),
        Column("port", Integer, primary_key=True, autoincrement=False),
        Column("transport", String, primary_key=True),
        Column("vantage", String, primary_key=True),
        Column("probe", String, primary_key=True),
        Column("round", String, ForeignKey("round.name"), nullable=False),
        Column("at", MOMENT, nullable=False),
    )
    op.create_table(
        "acceptance",
        Column("number", Integer, primary_key=True),
        Column("fingerprint", String, ForeignKey("finding.fingerprint"), nullable=False),
        Column("severity", String, nullable=False),
        Column("until", MOMENT, nullable=False),
        Column("reason", Text, nullable=False),
        Column("approver", String, nullable=False),
        Column("since", MOMENT, nullable=False),
        Column("withdrawn", MOMENT),
    )
    op.create_index("acceptance_by_fingerprint", "acceptance", ["fingerprint"])
