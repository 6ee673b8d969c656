"""What tickets are about: findings, gathered as a tracker wants them. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from scanner.model import Finding, Severity
from scanner.record import FINGERPRINT_DIGITS
from scanner.ticket import Fact, Grouping

#: What every key begins with, so that people can search for all of ours.
PREFIX = "ronde-"

#: Names of holdings in a ticket: enough to recognise the data, few enough to read.
MAX_HOLDINGS = 10

_SEVERITIES = list(Severity)


@dataclass(frozen=True, slots=True)
class Subject:
    """What one ticket is about: `name` for people, and every open door of it."""

    key: str
    name: str
    facts: tuple[Fact, ...]

    @property
    def severity(self) -> Severity:
        """The worst of its findings."""
        return min((fact.severity for fact in self.facts), key=_SEVERITIES.index)

    @property
    def due(self) -> datetime | None:
        """When the first of them should be repaired; what is accepted is not due."""
        dues = [fact.due for fact in self.facts if fact.due and not fact.accepted_until]
        return min(dues, default=None)

    @property
    def is_accepted(self) -> bool:
        """Tell whether somebody bears the risk of every one."""
        return all(fact.accepted_until for fact in self.facts)

    @property
    def gravity(self) -> tuple[int, datetime, str]:
        """Sort by it, and the gravest come first, the older ones of them before the newer."""
        oldest = min(fact.open_since for fact in self.facts)
        return _SEVERITIES.index(self.severity), oldest, self.key


def key_of(finding: Finding, grouping: Grouping) -> tuple[str, str]:
    """Give the key of the ticket that a finding belongs in, and what that ticket is about."""
    asset = finding.asset
    match grouping:
        case Grouping.FINDING:
            return PREFIX + finding.fingerprint, finding.product
        case Grouping.CASE:
            return _key(grouping, finding.case or finding.fingerprint), finding.product
        case Grouping.ASSET:
            address = finding.endpoint.address
            return _key(grouping, address), finding.endpoint.host or address
        case Grouping.OWNER:
            return _key(grouping, asset.owner or ""), asset.owner or "nobody"
        case Grouping.ZONE:
            return _key(grouping, asset.zone or ""), asset.zone or "no zone"


def gathered(findings: Iterable[Finding], grouping: Grouping) -> dict[str, Subject]:
    """Give the subjects of some findings by key, their doors in an order that stays."""
    members: dict[str, list[Fact]] = {}
    names: dict[str, str] = {}
    for finding in findings:
        key, name = key_of(finding, grouping)
        members.setdefault(key, []).append(fact_of(finding))
        names[key] = min(names.get(key, name), name)
    return {key: Subject(key, names[key], _in_order(facts)) for key, facts in members.items()}


def fact_of(finding: Finding) -> Fact:
    """Take from a finding what a ticket may tell, and nothing that changes by the night."""
    asset, accepted, door = finding.asset, finding.accepted, finding.endpoint
    return Fact(
        fingerprint=finding.fingerprint,
        probe=finding.probe,
        title=finding.title,
        product=finding.product,
        version=finding.version,
        access=finding.access.value,
        severity=finding.severity,
        endpoint=str(door),
        address=door.address,
        port=door.port,
        transport=door.transport.value,
        host=door.host,
        owner=asset.owner,
        contact=asset.contact,
        site=asset.site,
        zone=asset.zone,
        tags=asset.tags,
        label=finding.label.value,
        categories=tuple(sorted({one.name.value for one in finding.categories})),
        signs=tuple(sorted({sign.what for sign in finding.signs})),
        holdings=tuple(sorted({one.name for one in finding.holdings}))[:MAX_HOLDINGS],
        remedy=finding.remedy,
        references=finding.references,
        regulation=finding.regulation,
        cwe=finding.cwe,
        cvss=finding.cvss,
        case=finding.case,
        open_since=finding.open_since or finding.first_seen,
        due=finding.due,
        accepted_until=accepted.until if accepted else None,
        accepted_by=accepted.approver if accepted else None,
    )


def doors(facts: Iterable[Fact]) -> Mapping[tuple[str, str], Fact]:
    """Give facts by finding and door."""
    return {(fact.fingerprint, fact.endpoint): fact for fact in facts}


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Sort, and tell once what several vantages have seen: the worst of what they saw."""
    worst = sorted(facts, key=lambda fact: _SEVERITIES.index(fact.severity), reverse=True)
    return tuple(sorted(doors(worst).values(), key=_gravest_first))


def _gravest_first(fact: Fact) -> tuple[int, str, str]:
    return _SEVERITIES.index(fact.severity), fact.endpoint, fact.fingerprint


def _key(grouping: Grouping, shared: str) -> str:
    """Hash what is shared: an owner's name is nobody's business but the ticket's readers'."""
    parts = json.dumps(("ticket", grouping.value, shared)).encode()
    return PREFIX + hashlib.sha256(parts).hexdigest()[:FINGERPRINT_DIGITS]
