"""The nouns of ticketing: what a ticket should say, what was done about it, and what is due.

Frozen values without I/O or clock. They are what the history keeps of tickets, as documents.
"""

import hashlib
from datetime import datetime
from enum import StrEnum

import msgspec

from scanner.model import Severity


class Grouping(StrEnum):
    """What one ticket is about."""

    FINDING = "finding"
    CASE = "case"
    ASSET = "asset"
    OWNER = "owner"
    ZONE = "zone"


class Kind(StrEnum):
    """What is to be done about a ticket."""

    CREATE = "create"
    UPDATE = "update"
    CHANGE = "change"
    ESCALATE = "escalate"
    CLOSE = "close"
    REOPEN = "reopen"


class State(StrEnum):
    """Where a ticket stands: as we want it, or as the tracker told it last."""

    OPEN = "open"
    CLOSED = "closed"
    DELETED = "deleted"


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What may be told of a finding at one door: nothing in it changes unless the finding does.

    No counts and no moments of the last look, so that a quiet night rewrites no ticket.
    """

    fingerprint: str
    probe: str
    title: str
    product: str
    access: str
    severity: Severity
    endpoint: str
    remedy: str
    cwe: int
    open_since: datetime
    address: str = ""
    port: int = 0
    transport: str = "tcp"
    version: str | None = None
    host: str | None = None
    owner: str | None = None
    contact: str | None = None
    site: str | None = None
    zone: str | None = None
    tags: tuple[str, ...] = ()
    label: str = ""
    categories: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    holdings: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    regulation: tuple[str, ...] = ()
    cvss: str | None = None
    case: str | None = None
    due: datetime | None = None
    accepted_until: datetime | None = None
    accepted_by: str | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket should say now: words for people, and the facts that they were made of.

    `key` is carried by the ticket itself, where it can be searched for; `labels` are fit for any
    system: lower-case letters, digits, `-`, at most 50 characters.
    """

    key: str
    title: str
    body: str
    severity: Severity
    overdue: bool = False
    labels: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def digest(self) -> str:
        """Tell drafts apart that a reader could tell apart, in 64 hexadecimal digits."""
        said = (self.title, self.body, self.severity, self.overdue, self.labels, self.facts)
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do about a ticket; `note` is what its readers are told, if anything."""

    kind: Kind
    draft: Draft
    note: str = ""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What we hold of a ticket: `draft` and `state` as they will be once all errands are done.

    `round` ordered its creation; `escalated` is when its being overdue was told; `remote` and
    `url` are the tracker's names for it, None and "" until it is made; `seen` is what the tracker
    told of it last, at `told`.
    """

    key: str
    draft: Draft
    state: State
    round: str
    escalated: datetime | None = None
    remote: str | None = None
    url: str = ""
    seen: State | None = None
    told: datetime | None = None


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """An action that is written down and not yet done.

    `noted` says that its note has been given; `at` is when it was ordered, `next` the first moment
    to try it (again); `parked` that a person is needed; `error` why it is not done, in our words.
    """

    number: int
    action: Action
    at: datetime
    next: datetime
    attempts: int = 0
    noted: bool = False
    parked: bool = False
    error: str = ""

    @property
    def name(self) -> str:
        """Name the errand for receivers that must tell a repetition: it outlives every retry."""
        parts = (self.action.draft.key, self.action.kind, self.at.isoformat(), self.number)
        return "msg_" + hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:32]
