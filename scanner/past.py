"""What a report tells of the rounds before: their coverage, and what happened to each finding."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scanner.model import Coverage


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a finding's history, in our own words; `where` is None for the whole finding."""

    at: datetime
    what: str
    where: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Past:
    """Rounds of one scope and vantage, oldest first, and the history of findings by fingerprint.

    `unsigned` are those whose acceptance ended, or was withdrawn, since the last but one began.
    """

    rounds: tuple[Coverage, ...] = ()
    events: Mapping[str, tuple[Happened, ...]] = field(default_factory=dict)
    unsigned: frozenset[str] = frozenset()


#: For a report that is made without the history.
NOTHING_BEFORE = Past()
