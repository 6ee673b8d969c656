"""The tables of tickets: what we hold of each, and what is still to be done about it."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, false, text

from scanner.store.tables import TABLES, Utc

#: One row for each ticket, as it will be once its errands are done: `ticket.Ticket`. A tracker is
#: known by the name that the configuration gives it, a ticket by the key that it carries.
ticket = Table(
    "ticket",
    TABLES,
    Column("tracker", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("draft", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("round", String, nullable=False),
    Column("escalated", Utc),
    Column("remote", String),
    Column("url", String, nullable=False, server_default=""),
    Column("seen", String),
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
    Column("kind", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("next", Utc, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("noted", Boolean, nullable=False, server_default=false()),
    Column("parked", Boolean, nullable=False, server_default=false()),
    Column("error", Text, nullable=False, server_default=""),
    Index("errand_by_ticket", "tracker", "key"),
)
