"""What stands at the top of the page: how many doors, how bad, since when, and whose."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scanner.inferred import Label
from scanner.model import Coverage, Finding, Severity, Status

#: What fits under a heading; whoever has more of them reads the list below.
MAX_WORST = 10
MAX_OWNERS = 15

#: Upper ends of the ages, in days; what is older has the last name.
AGES = (("week", 7), ("month", 30), ("quarter", 90))
OLDER = "longer"


@dataclass(slots=True)
class Summary:
    """Counts of what is open. Lines are counted, one for each exposed endpoint.

    `owners` has None for what nobody is known to own; `unseen` are open as far as anybody knows.
    """

    doors: int = 0
    unseen: int = 0
    signs: int = 0
    fingerprints: set[str] = field(default_factory=set)
    severities: Counter[Severity] = field(default_factory=Counter)
    statuses: Counter[Status] = field(default_factory=Counter)
    labels: Counter[Label] = field(default_factory=Counter)
    owners: dict[str | None, Counter[Severity]] = field(default_factory=dict)
    first_seen: list[datetime] = field(default_factory=list)
    last_seen: datetime | None = None
    worst: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Summary":
        """Count findings that come worst first."""
        summary = cls()
        for finding in findings:
            summary._count(finding)
        return summary

    @property
    def oldest(self) -> datetime | None:
        """When the finding that is open the longest was first seen."""
        return min(self.first_seen, default=None)

    def leading_owners(self) -> list[tuple[str | None, Counter[Severity]]]:
        """Give the owners with the worst first, as many as there is room for."""
        return sorted(self.owners.items(), key=_worst_owner_first)[:MAX_OWNERS]

    def ages(self, now: datetime) -> Counter[str]:
        """Count doors by the time since they were first seen."""
        return Counter(_age(now - first) for first in self.first_seen)

    def as_of(self, coverage: Coverage | None) -> datetime | None:
        """Say which moment the report speaks of: there is no clock here."""
        return coverage.ended if coverage else self.last_seen

    def _count(self, finding: Finding) -> None:
        self.statuses[finding.status] += 1
        self.last_seen = max(self.last_seen or finding.last_seen, finding.last_seen)
        if finding.status is Status.RESOLVED:
            return
        self.doors += 1
        self.unseen += finding.status is Status.UNVERIFIED
        self.signs += bool(finding.signs)
        self.fingerprints.add(finding.fingerprint)
        self.severities[finding.severity] += 1
        self.labels[finding.label] += 1
        self.first_seen.append(finding.first_seen)
        owner = finding.asset.owner or finding.asset.contact
        self.owners.setdefault(owner, Counter())[finding.severity] += 1
        if len(self.worst) < MAX_WORST:
            self.worst.append(finding)


def _worst_owner_first(owner: tuple[str | None, Counter[Severity]]) -> tuple[list[int], str]:
    name, counts = owner
    return [-counts[severity] for severity in Severity], name or ""


def _age(since: timedelta) -> str:
    return next((name for name, days in AGES if since <= timedelta(days=days)), OLDER)
