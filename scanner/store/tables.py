"""The tables of the history, in words that every SQL dialect knows."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)

if TYPE_CHECKING:
    Moment = TypeDecorator[datetime]
else:
    Moment = TypeDecorator

#: Raised by one with every change of these tables.
VERSION = 5

#: Older versions that lack tables and columns, and differ in nothing else: 1 had neither `way` nor
#: `shard`, 2 had no `sign`, 3 neither `locked`, `acceptance` nor the columns of `ADDED`,
#: 4 no `ticket` and no `errand`.
OLDER = frozenset({1, 2, 3, 4})


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


TABLES = MetaData()

#: One row: which version of these tables this is. Its name tells our database from others.
history = Table(
    "ronde_history",
    TABLES,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("created", Utc, nullable=False),
)

#: A round without `ended` was killed, or is under way.
round_ = Table(
    "round",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("scope", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("vantage", String, nullable=False),
    Column("started", Utc, nullable=False),
    Column("ended", Utc),
    Column("coverage", Text),
)

#: How a round goes, for whoever continues it: `way.Way`. Rounds of version 1 have none.
way = Table(
    "way",
    TABLES,
    Column("round", String, ForeignKey("round.name"), primary_key=True),
    Column("document", Text, nullable=False),
)

#: The shards of a round that are done, and what each came to: `way.ShardTally`.
shard = Table(
    "shard",
    TABLES,
    Column("round", String, ForeignKey("round.name"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("tally", Text, nullable=False),
)

#: What was done to devices that are called on with care, and what they showed: `way.Sign`.
sign = Table(
    "sign",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("round", String, ForeignKey("round.name"), nullable=False),
    Column("address", String, nullable=False),
    Column("port", Integer, nullable=False),
    Column("sign", String, nullable=False),
    Index("sign_by_round", "round"),
)

#: Where each finding stands: `record.Standing`, and the scope that saw it last.
finding = Table(
    "finding",
    TABLES,
    Column("fingerprint", String, primary_key=True),
    Column("scope", String, nullable=False),
    Column("status", String, nullable=False),
    Column("round", String, ForeignKey("round.name"), nullable=False),
    Column("first_seen", Utc, nullable=False),
    Column("last_seen", Utc, nullable=False),
    Column("regressed", Boolean, nullable=False, server_default=false()),
    Index("finding_by_status", "status"),
)

#: The last observation of a finding on one endpoint from one vantage, and the document it gave.
#: It counts as exposed until the door was seen shut often enough; `seen_shut` counts the rounds.
sighting = Table(
    "sighting",
    TABLES,
    Column("fingerprint", String, ForeignKey("finding.fingerprint"), primary_key=True),
    Column("address", String, primary_key=True),
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("transport", String, primary_key=True),
    Column("vantage", String, primary_key=True),
    Column("probe", String, nullable=False),
    Column("exposed", Boolean, nullable=False),
    Column("round", String, ForeignKey("round.name"), nullable=False),
    Column("at", Utc, nullable=False),
    Column("document", Text, nullable=False),
    Column("seen_shut", Integer, nullable=False, server_default=text("0")),
    Index("sighting_by_endpoint", "address", "port", "transport", "vantage"),
)

#: Doors that demanded a credential of every caller, and have not been seen exposed since. The probe
#: is "" where something in front demanded it, which speaks for all of them.
locked = Table(
    "locked",
    TABLES,
    Column("address", String, primary_key=True),
    Column("port", Integer, primary_key=True, autoincrement=False),
    Column("transport", String, primary_key=True),
    Column("vantage", String, primary_key=True),
    Column("probe", String, primary_key=True),
    Column("round", String, ForeignKey("round.name"), nullable=False),
    Column("at", Utc, nullable=False),
)

#: Risks that somebody has accepted; rows are only added, or marked as withdrawn. The last of a
#: finding that was not withdrawn counts, until its day.
acceptance = Table(
    "acceptance",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("fingerprint", String, ForeignKey("finding.fingerprint"), nullable=False),
    Column("severity", String, nullable=False),
    Column("until", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    Column("approver", String, nullable=False),
    Column("since", Utc, nullable=False),
    Column("withdrawn", Utc),
    Index("acceptance_by_fingerprint", "fingerprint"),
)

#: What changed, when and why; rows are only ever added. Sightings that repeat are no change, so
#: it grows with what happens, not with the nights.
event = Table(
    "event",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("round", String, ForeignKey("round.name"), nullable=False),
    Column("fingerprint", String, ForeignKey("finding.fingerprint"), nullable=False),
    Column("what", String, nullable=False),
    Column("address", String),
    Column("port", Integer),
    Column("transport", String),
    Column("because", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Index("event_by_fingerprint", "fingerprint"),
)

#: The columns that older versions lack. Each has a default, which is true of what they wrote.
ADDED = (finding.c.regressed, sighting.c.seen_shut)
