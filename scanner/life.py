"""Where a finding stands against the rounds before: pure rules, without a store or a clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

import msgspec

from scanner.model import Acceptance, Finding, Service, Severity, Status
from scanner.record import fingerprint

#: What of a finding is worth a line when it differs from the round before. No counts and no names
#: of holdings: an index a day and a record a second would make each night a change.
TELLING: Mapping[str, Callable[[Finding], object]] = {
    "access": lambda seen: seen.access,
    "severity": lambda seen: seen.severity,
    "product": lambda seen: seen.product,
    "version": lambda seen: seen.version,
    "label": lambda seen: seen.label,
    "categories": lambda seen: {category.name for category in seen.categories},
    "signs": lambda seen: {sign.what for sign in seen.signs},
}

#: Makes of a draft what it is if the door had been seen locked.
Worsen: TypeAlias = Callable[[Finding], Finding]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a finding stands, and the round that put it there: the whole memory of the rule.

    `regressed` holds from the moment when it opened a door that had been seen locked, until it is
    resolved and comes back through another.
    """

    status: Status
    round: str
    first_seen: datetime
    last_seen: datetime
    regressed: bool = False


@dataclass(frozen=True, slots=True)
class Sight:
    """What is remembered of a finding that counts as exposed at a door.

    `seen_shut` is in how many rounds the door was seen shut since, and `round` the last to look.
    """

    probe: str
    seen_shut: int = 0
    round: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """In how many rounds a door must be seen shut before its finding is resolved there.

    One refusal may be a restart or a node that is out of its pool. What is critical is told as
    resolved at once: somebody is waiting for it, and it is reopened as loudly.
    """

    critical: int = 1
    others: int = 2

    def ends(self, seen_shut: int, severity: Severity) -> bool:
        """Tell whether so many rounds are enough."""
        return seen_shut >= (self.critical if severity is Severity.CRITICAL else self.others)


def contradicted(
    there: Mapping[str, Sight], *, probe: str | None, by: str | None = None
) -> tuple[str, ...]:
    """Say which findings an observation of one endpoint speaks against, seen from one vantage.

    `there` maps the fingerprints that count as exposed at that door. `probe` is who observed, or
    None when the port itself refused, which speaks for every probe. `by` is the fingerprint that
    was seen exposed now, or None when the door was shut: another service of the same probe has
    taken the place of those before it.
    """
    return tuple(
        fingerprint
        for fingerprint, sight in there.items()
        if fingerprint != by and probe in {None, sight.probe}
    )


def once_shut(before: Sight, *, in_round: str) -> Sight:
    """Count a round that saw the door shut; one round counts once, however often it looks."""
    if before.seen_shut and before.round == in_round:
        return before
    return replace(before, seen_shut=before.seen_shut + 1, round=in_round)


def filed_under(draft: Finding, there: Mapping[str, Sight]) -> str:
    """Say which finding a sighting belongs to, given what counts as exposed there.

    A service that told its own identity before and hides it now is still the one that the same
    probe saw exposed at this endpoint: hiding a front page neither ends a finding nor begins one.
    Where several have stood there, it is the one of which the least has been seen shut.
    """
    if draft.fingerprint != fingerprint(draft.probe, Service(draft.product), draft.endpoint):
        return draft.fingerprint
    same = {known: sight for known, sight in there.items() if sight.probe == draft.probe}
    least = min((sight.seen_shut for sight in same.values()), default=0)
    firmest = [known for known, sight in same.items() if sight.seen_shut == least]
    return firmest[0] if len(firmest) == 1 else draft.fingerprint


def changes(before: Finding | None, now: Finding) -> tuple[str, ...]:
    """Name what differs from the last look at the same door, one of another round."""
    if before is None:
        return ()
    if before.round == now.round:
        return before.changes
    return tuple(name for name, of in TELLING.items() if of(before) != of(now))


def raised(severity: Severity) -> Severity:
    """Give the next worse severity; nothing is worse than critical."""
    order = list(Severity)
    return order[max(order.index(severity) - 1, 0)]


def worsened(draft: Finding) -> Finding:
    """Make of a draft what it is if the door had been seen locked, where no table is at hand."""
    return msgspec.structs.replace(draft, severity=raised(draft.severity))


def has_regressed(before: Standing | None, *, was_locked: bool) -> bool:
    """Tell whether an exposure undoes a lock; it goes on doing so until it is resolved."""
    if was_locked or before is None:
        return was_locked
    return before.regressed and before.status is not Status.RESOLVED


def when_exposed(
    before: Standing | None,
    *,
    in_round: str,
    at: datetime,
    changed: bool = False,
    regressed: bool = False,
) -> Standing:
    """Say where a finding stands once it was seen exposed.

    The second node of a new cluster is new as well, and one changed node changes the cluster. A
    clock that went back never makes a finding older than it was.
    """
    if before is None:
        return Standing(Status.NEW, in_round, at, at, regressed)
    last_seen = max(before.last_seen, at)
    seen = replace(before, round=in_round, last_seen=last_seen, regressed=regressed)
    if before.status is Status.RESOLVED:
        return replace(seen, status=Status.REOPENED)
    told = before.round == in_round and before.status is not Status.UNVERIFIED
    if told and not (changed and before.status is Status.ONGOING):
        return seen
    return replace(seen, status=Status.CHANGED if changed else Status.ONGOING)


def when_round_ends(before: Standing, *, in_round: str, exposed: bool) -> Standing:
    """Say where a finding stands at the end of a round; `exposed` is the word of its sightings.

    Only an observation ends a finding, because only observations turn a sighting shut. What this
    round did not see exposed is unverified, and stays open.
    """
    if before.status is Status.RESOLVED:
        return before
    if not exposed:
        return replace(before, status=Status.RESOLVED, round=in_round)
    if before.round == in_round:
        return before
    return replace(before, status=Status.UNVERIFIED, round=in_round)


def with_acceptance(seen: Finding, signed: Acceptance | None, at: datetime) -> Finding:
    """Show a finding as accepted while somebody's signature covers it.

    A signature covers what was signed, and nothing worse. `accepted` takes the place of `ongoing`
    only: what changed, came back or could not be verified is still told as that.
    """
    if signed is None or seen.status is Status.RESOLVED:
        return seen
    if at >= signed.until or not signed.severity.reaches(seen.severity):
        return seen
    status = Status.ACCEPTED if seen.status is Status.ONGOING else seen.status
    return msgspec.structs.replace(seen, status=status, accepted=signed)
