"""Version 3: what devices showed that are called on with care."""

from alembic import op
from sqlalchemy import Column, ForeignKey, Integer, String

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sign",
        Column("number", Integer, primary_key=True),
        Column("round", String, ForeignKey("round.name"), nullable=False),
        Column("address", String, nullable=False),
        Column("port", Integer, nullable=False),
        Column("sign", String, nullable=False),
    )
    op.create_index("sign_by_round", "sign", ["round"])
