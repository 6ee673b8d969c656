"""What the history remembers of a round's way: enough to go on with it, and nothing else."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import msgspec

from scanner.census import Apart
from scanner.model import Access, Severity, Silence


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What has to be the same for a round to be continued, and the seed that fixes its order.

    `calls` are on devices, one each; their numbers follow those of the shards.
    `list_digest` is what of the plan another scanner has listed, "" where none has.
    """

    seed: int
    shards: int
    scope_digest: str
    probes: tuple[str, ...]
    plan_digest: str
    calls: int = 0
    list_digest: str = ""

    def changes(self, since: "Way") -> Iterator[str]:
        """Name what differs from the way that a round was begun with."""
        if self.scope_digest != since.scope_digest:
            yield "the scope file"
        if self.probes != since.probes:
            yield f"the probes (they were {', '.join(since.probes)})"
        elif self.plan_digest != since.plan_digest:  # other probes have another plan
            yield "the plan (the inventory, or the addresses of a listed name)"
        elif self.list_digest != since.list_digest:  # another plan keeps other parts of a list
            yield "what --open-from lists"


class Sign(StrEnum):
    """What is written down of a device, so that a round that is continued goes on counting."""

    SOCKET = "socket"
    MISS = "miss"
    RESET = "reset"


#: A port of a device, and what was done or seen there.
Noted: TypeAlias = tuple[int, Sign]


#: A probe or an owner, and a verdict.
Told: TypeAlias = tuple[str, Access]

#: Enough to see what the inventory lacks; the total says how much it is. No host is in two shards.
MAX_UNLISTED = 1_000


@dataclass(slots=True)
class Counts:
    """What the visits of a round or a shard amount to."""

    access: Counter[Access] = field(default_factory=Counter)
    unknown: Counter[Silence] = field(default_factory=Counter)
    findings: Counter[Severity] = field(default_factory=Counter)
    accepted: Counter[Severity] = field(default_factory=Counter)
    probes: Counter[Told] = field(default_factory=Counter)
    owners: Counter[Told] = field(default_factory=Counter)
    unlisted: set[str] = field(default_factory=set)


class ShardTally(msgspec.Struct, frozen=True, kw_only=True):
    """What one shard, or several, added to the coverage; so does a call on a device.

    `states` are those of the sweep, which `apart` tells apart by range, owner and port; `skipped`
    is what was left out on the way, and why.
    """

    states: dict[str, int] = {}
    access: dict[Access, int] = {}
    unknown: dict[Silence, int] = {}
    findings: dict[Severity, int] = {}
    asks: int = 0
    sent: int = 0
    received: int = 0
    catch_all: int = 0
    skipped: dict[str, int] = {}
    accepted: dict[Severity, int] = {}
    probes: dict[str, dict[Access, int]] = {}
    owners: dict[str, dict[Access, int]] = {}
    unlisted: tuple[str, ...] = ()
    unlisted_total: int = 0
    apart: Apart = Apart()

    @classmethod
    def sum(cls, tallies: Iterable["ShardTally"]) -> "ShardTally":
        """Add up."""
        tallies = tuple(tallies)
        states: Counter[str] = Counter()
        skipped: Counter[str] = Counter()
        counts = Counts()
        unlisted: list[str] = []
        asks = sent = received = catch_all = unlisted_total = 0
        for tally in tallies:
            states.update(tally.states)
            skipped.update(tally.skipped)
            counts.access.update(tally.access)
            counts.unknown.update(tally.unknown)
            counts.findings.update(tally.findings)
            counts.accepted.update(tally.accepted)
            asks, sent, received = asks + tally.asks, sent + tally.sent, received + tally.received
            catch_all += tally.catch_all
            counts.probes.update(flat(tally.probes))
            counts.owners.update(flat(tally.owners))
            unlisted += tally.unlisted[: MAX_UNLISTED - len(unlisted)]
            unlisted_total += tally.unlisted_total
        return cls(
            states=dict(states),
            access=dict(counts.access),
            unknown=dict(counts.unknown),
            findings=dict(counts.findings),
            accepted=dict(+counts.accepted),
            probes=nested(counts.probes),
            owners=nested(counts.owners),
            unlisted=tuple(unlisted),
            unlisted_total=unlisted_total,
            asks=asks,
            sent=sent,
            received=received,
            catch_all=catch_all,
            skipped=dict(skipped),
            apart=Apart.sum(tally.apart for tally in tallies),
        )


def nested(counts: Counter[Told]) -> dict[str, dict[Access, int]]:
    """Give the verdicts by name; another thread may count on meanwhile."""
    by_name: dict[str, dict[Access, int]] = {}
    for (name, access), count in sorted(counts.copy().items()):
        by_name.setdefault(name, {})[access] = count
    return by_name


def flat(by_name: Mapping[str, Mapping[Access, int]]) -> dict[Told, int]:
    """Give the same by name and verdict."""
    return {
        (name, access): count
        for name, counts in by_name.items()
        for access, count in counts.items()
    }
