"""What a finding is called, and how what was seen is written down: pure rules."""

import hashlib
import json
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


def demands_credential(outcome: Outcome) -> bool:
    """Tell whether a door was seen locked, which is more than a port that refuses."""
    return not isinstance(outcome, Closed) and access_of(outcome) in SHUT


def shows_shut(outcome: Outcome) -> bool:
    """Tell whether an outcome is an observation that a door is shut.

    A refused port and a demanded credential are. A time-out, garbled bytes, a half proof or a
    product that cannot be judged without a credential are not: they say nothing of the door.
    """
    return isinstance(outcome, Closed) or demands_credential(outcome)


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
