"""The tables of the history, in words that every SQL dialect knows."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
    text,
)

from scanner.model import Severity, Status, Transport
from scanner.store.columns import Utc, Word
from scanner.ticket import Kind, State
from scanner.way import Sign

#: Raised by one with every change of these tables, which is a file in `migrations/versions` too.
VERSION = 6


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

#: What a round told at its end: compressed lines, for `archive`. It goes with its round.
told = Table(
    "told",
    TABLES,
    Column("round", String, ForeignKey("round.name", ondelete="CASCADE"), primary_key=True),
    Column("findings", LargeBinary, nullable=False),
)

#: What was done to devices that are called on with care, and what they showed: `way.Sign`.
sign = Table(
    "sign",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("round", String, ForeignKey("round.name"), nullable=False),
    Column("address", String, nullable=False),
    Column("port", Integer, nullable=False),
    Column("sign", Word(Sign), nullable=False),
    Index("sign_by_round", "round"),
)

#: Where each finding stands: `life.Standing`, and the scope that saw it last.
finding = Table(
    "finding",
    TABLES,
    Column("fingerprint", String, primary_key=True),
    Column("scope", String, nullable=False),
    Column("status", Word(Status), nullable=False),
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
    Column("severity", Word(Severity), nullable=False),
    Column("until", Utc, nullable=False),
    Column("reason", Text, nullable=False),
    Column("approver", String, nullable=False),
    Column("since", Utc, nullable=False),
    Column("withdrawn", Utc),
    Index("acceptance_by_fingerprint", "fingerprint"),
)

#: What changed, when and why; rows are added, and go with their rounds. Sightings that repeat are
#: no change, so it grows with what happens, not with the nights.
event = Table(
    "event",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("round", String, ForeignKey("round.name"), nullable=False),
    Column("fingerprint", String, ForeignKey("finding.fingerprint"), nullable=False),
    Column("what", String, nullable=False),
    Column("address", String),
    Column("port", Integer),
    Column("transport", Word(Transport)),
    Column("because", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Index("event_by_fingerprint", "fingerprint"),
)

#: One row for each ticket, as it will be once its errands are done: `ticket.Ticket`. A tracker is
#: known by the name that the configuration gives it, a ticket by the key that it carries.
ticket = Table(
    "ticket",
    TABLES,
    Column("tracker", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("draft", Text, nullable=False),
    Column("state", Word(State), nullable=False),
    Column("round", String, nullable=False),
    Column("escalated", Utc),
    Column("remote", String),
    Column("url", String, nullable=False),
    Column("seen", Word(State)),
    Column("told", Utc),
)

#: The outbox: what is to be done, in its order; a row is gone once it is done: `ticket.Errand`.
errand = Table(
    "errand",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("tracker", String, nullable=False),
    Column("key", String, nullable=False),
    Column("action", Text, nullable=False),
    Column("kind", Word(Kind), nullable=False),
    Column("at", Utc, nullable=False),
    Column("next", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("noted", Boolean, nullable=False),
    Column("parked", Boolean, nullable=False),
    Column("error", Text, nullable=False),
    Index("errand_by_ticket", "tracker", "key"),
)
