"""Version 5: what each round told, kept as it was. Of rounds before nothing is kept."""

from alembic import op
from sqlalchemy import Column, ForeignKey, LargeBinary, String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "told",
        Column("round", String, ForeignKey("round.name", ondelete="CASCADE"), primary_key=True),
        Column("findings", LargeBinary, nullable=False),
    )
