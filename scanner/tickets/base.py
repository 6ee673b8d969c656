"""What every system has in common: its settings, what it can do, and how it says that it cannot.

A system is a file beside this one. `docs/writing-a-tracker.md` is the recipe.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

import msgspec

from scanner.model import Severity
from scanner.ourside import Client
from scanner.secret import Secret
from scanner.ticket import Draft, Errand, Grouping, State
from scanner.tickets.escape import Markup


class ByHand(StrEnum):
    """What becomes of a ticket that a person has closed while its door is open."""

    UNTIL_CHANGE = "until-change"  # stays closed until the finding changes
    STAYS = "stays"  # stays closed; what changes is still written into it


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What any `[tickets.NAME]` may say; a system's own settings derive from it.

    `owners`, `zones` and `tags` are globs, and `severity` a threshold: a finding must match each
    that is there. `per_second` are calls; `ca` is a file of certificates to trust instead of the
    system's. `title` and `body` are files of templates.
    """

    system: str
    url: str
    group_by: Grouping = Grouping.FINDING
    severity: Severity = Severity.HIGH
    owners: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    max_new: int = 25
    closed_by_hand: ByHand = ByHand.UNTIL_CHANGE
    escalate: bool = True
    concurrency: int = 10
    per_second: float = 50
    ca: str | None = None
    title: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Remote:
    """A ticket as its tracker knows it; `id` is what its other calls need, `url` for people."""

    id: str
    url: str
    state: State = State.OPEN


class Undelivered(Exception):
    """Something was not done; the message says why, in our words, and names no secret.

    `all_of_it` tells that nothing else can be done there either: the rest is not tried.
    """

    def __init__(self, why: str, *, all_of_it: bool = False) -> None:
        """Say why."""
        super().__init__(why)
        self.all_of_it = all_of_it


class Parked(Undelivered):
    """It needs a person: a token, a project, a field."""


class Busy(Undelivered):
    """It may work later; `after` is how many seconds the tracker asked for, if it did.

    Whether the call has had its effect is not known.
    """

    def __init__(self, why: str, *, after: float | None = None, all_of_it: bool = False) -> None:
        """Say why, and for how long."""
        super().__init__(why, all_of_it=all_of_it)
        self.after = after


class Exists(Undelivered):
    """The tracker refused to create a ticket because it has one with that key."""


class Tracker(Protocol):
    """A system whose tickets can be looked at.

    Each method makes the calls that it needs, and raises `Undelivered`. Doing one twice must leave
    what doing it once leaves, but for `create` and `comment`: a ticket is searched for before it is
    created, unless the tracker itself refuses a second one with its key (`unique`).
    """

    unique: ClassVar[bool]

    @property
    def markup(self) -> Markup:
        """The mark-up of what its tickets say."""

    async def check(self) -> str:
        """Make sure, by reads, that token and project are fit; say on a line what was seen."""

    async def find(self, key: str) -> Remote | None:
        """Find the ticket that carries a key, open or closed; never by its title."""

    async def look(self, remote: str) -> Remote | None:
        """Look at a ticket; None if it is deleted."""

    async def create(self, draft: Draft) -> Remote:
        """Create an open ticket that carries the draft's key; `Exists` if there is one."""

    async def update(self, remote: str, draft: Draft) -> None:
        """Let a ticket say what the draft says; its state stays."""

    async def comment(self, remote: str, note: str) -> None:
        """Tell the readers of a ticket something."""

    async def close(self, remote: str, note: str) -> None:
        """Close an open ticket; `note` says why, and has been given as a comment already."""

    async def reopen(self, remote: str, note: str) -> None:
        """Open a closed ticket again; `note` likewise."""


@runtime_checkable
class Late(Protocol):
    """A tracker whose search is behind: for `lag` seconds it may not find what was just created.

    Where it is not known whether a ticket was created, nothing is tried before they are over.
    """

    lag: ClassVar[float]


@runtime_checkable
class Channel(Protocol):
    """A system that is only told: a webhook, a mail, an import."""

    markup: ClassVar[Markup]

    async def check(self) -> str:
        """Make sure that it can be told; say on a line what was seen or sent."""

    async def tell(self, errand: Errand) -> Remote:
        """Tell it of an action; the errand's `name` is the same whenever it is told again."""


System: TypeAlias = Tracker | Channel


@dataclass(frozen=True, slots=True)
class Means:
    """What the module of a system is handed by whoever connects it.

    `place` names the settings in a message. `secret` reads the credential that a field of them
    refers to, `client` makes the client of their URL; the headers given to it hold credentials,
    and go with every call. `host` permits name and port to a library that makes its connections
    itself. `now` tells the time, in UTC.
    """

    place: str
    now: Callable[[], datetime]
    secret: Callable[[str], Secret]
    client: Callable[[Mapping[str, Secret]], Client]
    host: Callable[[str, int], None]


class Connect(Protocol):
    """The function `connect` that the module of a system has beside its `Settings`."""

    def __call__(self, settings: Any, means: Means, /) -> System:
        """Make the system; nothing is called yet. `Refused` names a field that is wrong."""
