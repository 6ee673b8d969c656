"""Findings that are one problem become one case: pure rules.

A case is named by what its members share, never by its members: in whatever order they are seen,
and whoever comes or goes, its name stays.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from scanner.inferred import Category
from scanner.judged import CaseKind
from scanner.model import Endpoint, Finding, Service, Severity
from scanner.plaintext import printable
from scanner.record import FINGERPRINT_DIGITS, fingerprint

CASE_SCHEMA = "ronde.case/1"

#: What names of faxes and calls, and the products that keep them, suggest.
_CALLS = frozenset({Category.FAX_DOCUMENT, Category.VOICE_RECORDING})

_SEVERITIES = list(Severity)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Findings that are one problem, and what they share; as grave as the worst of them.

    `case` is stable: it is made of what is shared. `due` is the first of theirs.
    """

    schema: str = CASE_SCHEMA
    case: str
    kind: CaseKind
    shared: str
    severity: Severity
    findings: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    sites: tuple[str, ...]
    owners: tuple[str, ...]
    first_seen: datetime
    due: datetime | None


def case_of(finding: Finding) -> str:
    """Name the case that a draft belongs to: the service, on however many doors.

    By the service's own identity where it has one, else by the key of its certificate, else by
    the name of its host, which has a door in each family; else it is alone.
    """
    alone = fingerprint(finding.probe, Service(finding.product), finding.endpoint)
    if finding.fingerprint == alone and finding.tls and finding.tls.key_sha256:
        return _name("certificate", finding.probe, finding.tls.key_sha256)
    if finding.fingerprint == alone and finding.endpoint.host:
        return _name("host", finding.probe, finding.endpoint.host, finding.endpoint.port)
    return _name("finding", finding.fingerprint)


def gather(findings: Iterable[Finding]) -> tuple[Case, ...]:
    """Give the cases of some findings, gravest first; the wider ones only where they join some."""
    members: dict[tuple[CaseKind, str], list[Finding]] = {}
    for finding in findings:
        for kind, name, _ in _cases_of(finding):
            members.setdefault((kind, name), []).append(finding)
    cases = [_case(kind, name, of) for (kind, name), of in members.items() if _is_one(kind, of)]
    return tuple(sorted(cases, key=_gravest_first))


def summary(case: Case) -> str:
    """Say on one line how grave it is, what its findings share, and how many they are."""
    due = f", due {case.due:%Y-%m-%d}" if case.due else ""
    return (
        f"{case.severity:<8}  {case.kind:<7}  {printable(case.shared)}: "
        f"findings {len(case.findings):,}, doors {len(case.endpoints):,}{due}  {case.case}"
    )


def _cases_of(finding: Finding) -> Iterator[tuple[CaseKind, str, str]]:
    """Give kind, name and what is shared, of every case that a finding may belong to."""
    asset, address = finding.asset, finding.endpoint.address
    yield CaseKind.SERVICE, finding.case or case_of(finding), finding.product
    yield CaseKind.HOST, _name("address", address), address
    yield CaseKind.PRODUCT, _name("product", finding.probe), finding.product
    if asset.owner:
        yield CaseKind.OWNER, _name("owner", asset.owner), asset.owner


def _is_one(kind: CaseKind, members: Sequence[Finding]) -> bool:
    """Tell whether what they share is one problem.

    A host's is that faxes or calls stand beside another service; a product's that several sites
    run it; an owner's that there are several.
    """
    if kind is CaseKind.SERVICE:
        return True
    if kind is CaseKind.HOST:
        calls = any(_CALLS & {one.name for one in each.categories} for each in members)
        return calls and len({each.probe for each in members}) > 1
    if kind is CaseKind.PRODUCT:
        return len({each.asset.site for each in members if each.asset.site}) > 1
    return len({each.fingerprint for each in members}) > 1


def _case(kind: CaseKind, name: str, members: Sequence[Finding]) -> Case:
    dues = [each.due for each in members if each.due]
    return Case(
        case=name,
        kind=kind,
        # One name has several spellings where products name themselves: the first is taken.
        shared=min(_shared(kind, each) for each in members),
        severity=min((each.severity for each in members), key=_SEVERITIES.index),
        findings=tuple(sorted({each.fingerprint for each in members})),
        endpoints=tuple(sorted({each.endpoint for each in members}, key=_place)),
        sites=tuple(sorted({each.asset.site for each in members if each.asset.site})),
        owners=tuple(sorted({each.asset.owner for each in members if each.asset.owner})),
        first_seen=min(each.first_seen for each in members),
        due=min(dues, default=None),
    )


def _shared(kind: CaseKind, member: Finding) -> str:
    return next(shared for its, _, shared in _cases_of(member) if its is kind)


def _place(endpoint: Endpoint) -> tuple[str, str]:
    return str(endpoint), endpoint.host or ""


def _gravest_first(case: Case) -> tuple[int, datetime, str]:
    return _SEVERITIES.index(case.severity), case.first_seen, case.case


def _name(*parts: str | int) -> str:
    """Hash what is shared; JSON keeps the parts apart, whatever characters they hold."""
    return hashlib.sha256(json.dumps(("case", *parts)).encode()).hexdigest()[:FINGERPRINT_DIGITS]
