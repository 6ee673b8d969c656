"""What a finding is called and where it stands against the rounds before: pure rules."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from scanner.inferred import Inferred
from scanner.model import (
    CATCH_ALL,
    SHUT,
    Access,
    Assessment,
    Asset,
    Closed,
    Confidence,
    Endpoint,
    Finding,
    Holding,
    Outcome,
    ScopeReference,
    Service,
    ServiceSeen,
    Severity,
    Silence,
    Status,
    TlsFacts,
    Unknown,
)
from scanner.plaintext import CUT
from scanner.probe import About

#: Hex digits of a fingerprint: 128 bits, which nobody collides by chance.
FINGERPRINT_DIGITS = 32

#: Cluster UUIDs have 22 or 36 characters, replica-set names up to 128, a hash 64. What is longer
#: is no identity but a server that plays with us; its endpoint names it then.
MAX_IDENTITY = 256

#: The longest name in the field is an Elasticsearch index or a MongoDB namespace: 255 bytes.
MAX_NAME = 255

#: Enough to judge and to act; `holdings_total` says how many there are. Keeps a usual document
#: below 200 KiB, which ticket systems and log shippers take.
MAX_HOLDINGS = 1_000

#: Field names are evidence for data categories; the first of them are as telling as all.
MAX_FIELDS = 200

#: A certificate for a large web farm has about a hundred names.
MAX_TLS_NAMES = 100

#: Silences that show a door shut although nobody said which product is behind it.
GUARDS = {Silence.CLIENT_CERT: Access.CLIENT_CERT, Silence.GUARDED: Access.LOCKED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Where and when an endpoint was looked at, and under which permission."""

    endpoint: Endpoint
    tls: TlsFacts | None
    asset: Asset
    scope: ScopeReference
    round: str
    vantage: str
    at: datetime
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a finding stands, and the round that put it there: the whole memory of the rule."""

    status: Status
    round: str
    first_seen: datetime
    last_seen: datetime


def fingerprint(probe: str, service: Service, endpoint: Endpoint) -> str:
    """Name a finding for good: by the service's own identity, or else by its endpoint.

    Nodes of one cluster share it. Versions, counts, host names and prose are not in it: they
    change while the finding stays. JSON keeps the parts apart, whatever characters they hold.
    """
    identity = (service.identity or "").strip()
    if identity and len(identity) <= MAX_IDENTITY:
        parts: list[str | int] = ["service", probe, identity]
    else:
        parts = ["endpoint", probe, endpoint.address, endpoint.port, endpoint.transport]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:FINGERPRINT_DIGITS]


def finding(
    about: About,
    assessment: Assessment,
    look: Look,
    severity: Severity,
    inferred: Inferred,
) -> Finding:
    """Write down an exposure as if it were seen for the first time; the store knows better.

    `inferred` is what the names of all its holdings come to.
    What the server named is bounded here. Nothing is escaped: sinks do that for their readers.
    """
    service, holdings = _bounded_service(assessment.service), assessment.holdings
    return Finding(
        fingerprint=fingerprint(about.name, service, look.endpoint),
        round=look.round,
        status=Status.NEW,
        probe=about.name,
        title=about.title,
        product=service.product,
        version=service.version,
        access=assessment.access,
        severity=severity,
        confidence=Confidence.PROBABLE if CATCH_ALL in look.labels else assessment.confidence,
        because=assessment.because,
        endpoint=look.endpoint,
        tls=_bounded_tls(look.tls),
        proof=assessment.proof,
        holdings=tuple(map(_bounded_holding, holdings[:MAX_HOLDINGS])),
        holdings_total=max(assessment.holdings_total or 0, len(holdings)),
        cwe=about.cwe,
        remedy=about.remedy,
        references=about.references,
        asset=look.asset,
        scope=look.scope,
        vantage=look.vantage,
        first_seen=look.at,
        last_seen=look.at,
        labels=look.labels,
        label=inferred.label,
        categories=inferred.categories,
        signs=inferred.signs,
    )


def service_seen(about: About | None, outcome: Assessment | Unknown, look: Look) -> ServiceSeen:
    """Write down a service that is no finding: shut, or not to be told."""
    service = _bounded_service(outcome.service) if outcome.service else None
    return ServiceSeen(
        round=look.round,
        probe=about.name if about else None,
        product=service.product if service else None,
        version=service.version if service else None,
        access=access_of(outcome),
        because=outcome.because if isinstance(outcome, Assessment) else outcome.why,
        endpoint=look.endpoint,
        tls=_bounded_tls(look.tls),
        asset=look.asset,
        scope=look.scope,
        vantage=look.vantage,
        seen=look.at,
        labels=look.labels,
    )


def access_of(outcome: Assessment | Unknown) -> Access:
    """Give the access that an outcome showed; a guard can shut a door that nobody has named.

    A TLS handshake that demands a certificate is such a guard, and so is a proxy whose 401 stands
    before every page: the usual first repair of an open cluster.
    """
    if isinstance(outcome, Assessment):
        return outcome.access
    return GUARDS.get(outcome.silence, Access.UNKNOWN)


def shows_shut(outcome: Outcome) -> bool:
    """Tell whether an outcome is an observation that a door is shut.

    A refused port and a demanded credential are. A time-out, garbled bytes, a half proof or a
    product that cannot be judged without a credential are not: they say nothing of the door.
    """
    return isinstance(outcome, Closed) or access_of(outcome) in SHUT


def ended(
    exposed: Mapping[str, str], *, probe: str | None, by: str | None = None
) -> tuple[str, ...]:
    """Say which findings an observation of one endpoint ends there, seen from one vantage.

    `exposed` maps the fingerprints that were last seen exposed there to their probes. `probe` is
    who observed, or None when the port itself refused, which speaks for every probe. `by` is the
    fingerprint that was seen exposed now, or None when the door was shut: another service of the
    same probe has taken the place of those before it.
    """
    return tuple(
        fingerprint
        for fingerprint, its_probe in exposed.items()
        if fingerprint != by and probe in {None, its_probe}
    )


def filed_under(draft: Finding, exposed: Mapping[str, str]) -> str:
    """Say which finding a sighting belongs to, given what was last seen exposed there.

    A service that told its own identity before and hides it now is still the one that the same
    probe saw exposed at this endpoint: hiding a front page neither ends a finding nor begins one.
    """
    by_its_endpoint = fingerprint(draft.probe, Service(draft.product), draft.endpoint)
    there = [known for known, its_probe in exposed.items() if its_probe == draft.probe]
    if draft.fingerprint == by_its_endpoint and len(there) == 1:
        return there[0]
    return draft.fingerprint


def when_exposed(before: Standing | None, *, in_round: str, at: datetime) -> Standing:
    """Say where a finding stands once it was seen exposed.

    All sightings of one round agree: the second node of a new cluster is new as well. A clock
    that went back never makes a finding older than it was.
    """
    if before is None:
        return Standing(Status.NEW, in_round, at, at)
    seen = replace(before, round=in_round, last_seen=max(before.last_seen, at))
    if before.status is Status.RESOLVED:
        return replace(seen, status=Status.REOPENED)
    if before.round == in_round and before.status is not Status.UNVERIFIED:
        return seen
    return replace(seen, status=Status.ONGOING)


def when_round_ends(before: Standing, *, in_round: str, exposed: bool) -> Standing:
    """Say where a finding stands at the end of a round; `exposed` is the word of its sightings.

    Only an observation ends a finding, because only an observation turns a sighting shut. What
    this round did not see is unverified, and stays open.
    """
    if before.status is Status.RESOLVED:
        return before
    if not exposed:
        return replace(before, status=Status.RESOLVED, round=in_round)
    if before.round == in_round:
        return before
    return replace(before, status=Status.UNVERIFIED, round=in_round)


def _bounded_service(service: Service) -> Service:
    version = service.version and _cut(service.version)
    return replace(service, product=_cut(service.product), version=version)


def _bounded_holding(holding: Holding) -> Holding:
    fields = tuple(map(_cut, holding.fields[:MAX_FIELDS]))
    return msgspec.structs.replace(
        holding, name=_cut(holding.name), kind=_cut(holding.kind), fields=fields
    )


def _bounded_tls(facts: TlsFacts | None) -> TlsFacts | None:
    if facts is None:
        return None
    names = tuple(map(_cut, facts.names[:MAX_TLS_NAMES]))
    return msgspec.structs.replace(facts, names=names, issuer=facts.issuer and _cut(facts.issuer))


def _cut(text: str) -> str:
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - len(CUT)] + CUT
