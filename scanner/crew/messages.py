"""What a round and a worker tell each other, in the model's own types.

A worker reads what scanned servers say, so what comes from it is decoded strictly and bounded.
Only its orders, which come from us, are pickled: they hold the probes themselves.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from scanner.account import Leg
from scanner.census import Apart
from scanner.equip import Brief
from scanner.model import Assessment, Closed, Endpoint, TlsFacts, Unknown
from scanner.probe import About, Visit
from scanner.sweep import State, Tally
from scanner.sweep.strain import Change


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told first: the round, and the file that its every act goes into."""

    brief: Brief
    audit: Path


# -- to a worker -----------------------------------------------------------------------------------


class Take(Struct, frozen=True, tag=True):
    """The shard that you asked for."""

    shard: int


class Enough(Struct, frozen=True, tag=True):
    """There is no shard left for you: finish, and go."""


class KeepTo(Struct, frozen=True, tag=True):
    """Your part of the signed-off rates, and the least share that the network is found to bear."""

    part: float
    strain: float


class Stop(Struct, frozen=True, tag=True):
    """Begin nothing more, finish what is in flight."""

    why: str


Order: TypeAlias = Take | Enough | KeepTo | Stop


# -- from a worker ---------------------------------------------------------------------------------


class Ready(Struct, frozen=True, tag=True):
    """I can take a shard."""


class Seen(Struct, frozen=True, tag=True, kw_only=True):
    """What came of one endpoint. Neither assessment nor unknown: it was closed."""

    shard: int
    endpoint: Endpoint
    assessment: Assessment | None = None
    unknown: Unknown | None = None
    probe: str | None = None
    tls: TlsFacts | None = None
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, shard: int, visit: Visit) -> "Seen":
        """Put a visit in words."""
        outcome = visit.outcome
        return cls(
            shard=shard,
            endpoint=visit.endpoint,
            assessment=outcome if isinstance(outcome, Assessment) else None,
            unknown=outcome if isinstance(outcome, Unknown) else None,
            probe=visit.about.name if visit.about else None,
            tls=visit.tls,
            labels=visit.labels,
        )

    def visit(self, abouts: dict[str, About]) -> Visit:
        """Give the visit back.

        Raises:
            KeyError: no probe of the round has this name.
        """
        return Visit(
            endpoint=self.endpoint,
            outcome=self.assessment or self.unknown or Closed(),
            about=None if self.probe is None else abouts[self.probe],
            tls=self.tls,
            labels=self.labels,
        )


class Stand(Struct, frozen=True, kw_only=True):
    """How a shard stands by now, from its beginning; nothing follows on one that is `over`."""

    shard: int
    planned: int
    states: dict[State, int]
    apart: Apart = Apart()
    passed_by: int
    catch_all: int
    over: bool

    @classmethod
    def of(cls, leg: Leg) -> "Stand":
        """Put a shard under way in words."""
        return cls(
            shard=leg.shard.number,
            planned=leg.sweep.planned,
            states=dict(tuple(leg.sweep.counts.items())),  # a copy at once: the sweep counts on
            apart=leg.sweep.census.apart(),
            passed_by=leg.passed_by,
            catch_all=leg.catch_all,
            over=not leg.pending,
        )

    def update(self, leg: Leg) -> None:
        """Bring our own count of the shard to where the worker's is."""
        leg.sweep = Tally(planned=self.planned)
        leg.sweep.counts.update(self.states)
        leg.sweep.census.take(self.apart)
        leg.passed_by, leg.catch_all = self.passed_by, self.catch_all


class Said(Struct, frozen=True):
    """An event for the log: our own words, made safe to print."""

    event: str
    fields: dict[str, str]


class Report(Struct, frozen=True, tag=True, kw_only=True):
    """What a worker has done in all, and what has come up since its last report."""

    asks: int
    sent: int
    received: int
    legs: tuple[Stand, ...]
    changes: tuple[Change, ...] = ()
    cramped: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()


class LeftScope(Struct, frozen=True, tag=True):
    """Something tried to leave the scope."""

    why: str


class Refusal(Struct, frozen=True, tag=True):
    """I must not go on: the audit trail cannot be written."""

    why: str


class Bug(Struct, frozen=True, tag=True):
    """I failed, by my own fault: the kind of error, and where."""

    what: str


class Ended(Struct, frozen=True, tag=True):
    """All that I was told to do is done."""


Word: TypeAlias = Ready | Seen | Report | LeftScope | Refusal | Bug | Ended
