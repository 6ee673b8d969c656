"""What stands at the top of the page: how many doors, how bad, since when, and whose."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scanner.emit.html.entry import is_late, opened
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
    accepted: int = 0
    late: int = 0
    regressed: int = 0
    fingerprints: set[str] = field(default_factory=set)
    severities: Counter[Severity] = field(default_factory=Counter)
    statuses: Counter[Status] = field(default_factory=Counter)
    labels: Counter[Label] = field(default_factory=Counter)
    owners: dict[str | None, Counter[Severity]] = field(default_factory=dict)
    since: list[datetime] = field(default_factory=list)
    now: datetime | None = None
    worst: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, findings: Iterable[Finding], coverage: Coverage | None = None) -> "Summary":
        """Count findings that come worst first, as of the end of their round.

        Without one it is as of the last sight: there is no clock here.
        """
        last = max((finding.last_seen for finding in findings), default=None)
        summary = cls(now=coverage.ended if coverage else last)
        for finding in findings:
            summary._count(finding)
        return summary

    @property
    def oldest(self) -> datetime | None:
        """Since when the finding that is open the longest is known to be."""
        return min(self.since, default=None)

    def leading_owners(self) -> list[tuple[str | None, Counter[Severity]]]:
        """Give the owners with the worst first, as many as there is room for."""
        return sorted(self.owners.items(), key=_worst_owner_first)[:MAX_OWNERS]

    def ages(self) -> Counter[str]:
        """Count doors by the time for which they are known to be open."""
        return Counter(_age(self.now - since) for since in self.since if self.now)

    def _count(self, finding: Finding) -> None:
        self.statuses[finding.status] += 1
        if finding.status is Status.RESOLVED:
            return
        self.doors += 1
        self.unseen += finding.status is Status.UNVERIFIED
        self.signs += bool(finding.signs)
        self.fingerprints.add(finding.fingerprint)
        self.severities[finding.severity] += 1
        self.labels[finding.label] += 1
        self.since.append(opened(finding))
        self.accepted += finding.accepted is not None
        self.late += self.now is not None and is_late(finding, self.now)
        self.regressed += finding.regressed
        owner = finding.asset.owner or finding.asset.contact
        self.owners.setdefault(owner, Counter())[finding.severity] += 1
        if len(self.worst) < MAX_WORST:
            self.worst.append(finding)


def _worst_owner_first(owner: tuple[str | None, Counter[Severity]]) -> tuple[list[int], str]:
    name, counts = owner
    return [-counts[severity] for severity in Severity], name or ""


def _age(since: timedelta) -> str:
    return next((name for name, days in AGES if since <= timedelta(days=days)), OLDER)
