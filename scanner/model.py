"""The nouns of a round: frozen values with no I/O and no clock.

What leaves the process (findings, services, coverage) are `msgspec` structs: they *are* the
published format, and their JSON Schema is generated from them. What stays inside are dataclasses.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import msgspec

from scanner.inferred import DataCategory, Label, Mark
from scanner.judged import Growth, Reason
from scanner.reach import Reach

FINDING_SCHEMA = "ronde.finding/1"
SERVICE_SCHEMA = "ronde.service/1"
COVERAGE_SCHEMA = "ronde.coverage/1"


class Refused(Exception):
    """The user's own file, option or wish is refused; the message names file, line or field."""


class Transport(StrEnum):
    """How an endpoint is reached."""

    TCP = "tcp"
    UDP = "udp"


class AssetClass(StrEnum):
    """Kinds of device that a stray connection can disturb."""

    MEDICAL = "medical"
    PRINTER = "printer"


class Access(StrEnum):
    """What a caller without any credential gets."""

    OPEN = "open"
    PARTIAL = "partial"
    UNCLAIMED = "unclaimed"
    SHIELDED = "shielded"
    LOCKED = "locked"
    CLIENT_CERT = "client-cert"
    IDENTIFIED = "identified"
    UNKNOWN = "unknown"


#: The access states that a team acts on; the others are facts about a service that is shut.
EXPOSED = frozenset({Access.OPEN, Access.PARTIAL, Access.UNCLAIMED, Access.SHIELDED})

#: The access states that may only be claimed with a two-sided proof.
PROVEN = frozenset({Access.OPEN, Access.PARTIAL, Access.UNCLAIMED})

#: The access states that show a door shut: seeing one resolves a finding.
SHUT = frozenset({Access.LOCKED, Access.CLIENT_CERT})


#: The label of a host that answers on every port: what it says counts for less.
CATCH_ALL = "catch-all"


class Severity(StrEnum):
    """How soon somebody should act, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    def reaches(self, threshold: "Severity") -> bool:
        """Tell whether this severity is at or above the threshold."""
        order = list(Severity)
        return order.index(self) <= order.index(threshold)


class Confidence(StrEnum):
    """How sure the verdict is, on its own axis."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"


class Status(StrEnum):
    """Where a finding stands against the rounds before."""

    NEW = "new"
    ONGOING = "ongoing"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    UNVERIFIED = "unverified"


class Silence(StrEnum):
    """Why an endpoint gave no usable answer."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    RESET = "reset"
    TLS = "tls"
    CLIENT_CERT = "client-cert"
    GARBLED = "garbled"
    TOO_LARGE = "too-large"
    BUSY = "busy"
    UNRECOGNISED = "unrecognised"
    GUARDED = "guarded"
    HALF_PROOF = "half-proof"
    CATCH_ALL = "catch-all"
    SPARED = "spared"
    SHORT = "short-of-means"
    BUG = "bug"


class Endpoint(msgspec.Struct, frozen=True, order=True, kw_only=True):
    """One address, port and transport; `address` is a canonical literal, never a name.

    `host` is the name that the scope listed and pinned to this address, if it listed one.
    """

    address: str
    port: int
    transport: Transport = Transport.TCP
    host: str | None = None

    def __str__(self) -> str:
        """Write the endpoint as people do: `192.0.2.7:9200`, `[2001:db8::7]:161/udp`."""
        literal = f"[{self.address}]" if ":" in self.address else self.address
        transport = "/udp" if self.transport is Transport.UDP else ""
        return f"{literal}:{self.port}{transport}"


class TlsFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a TLS handshake showed. Nothing was verified: the certificate is only read.

    `key_sha256` is the SHA-256 of the certificate's SubjectPublicKeyInfo in lower-case hex;
    dates are ISO 8601 in UTC; `names` are the subject's common name and alternative names.
    """

    version: str
    cipher: str
    names: tuple[str, ...] = ()
    issuer: str | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    key_sha256: str | None = None


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """A named container that a stranger can list. It has no field for a record's value.

    A probe leaves `label` and `categories` alone: they are inferred from its names afterwards.
    """

    name: str
    kind: str
    records: int | None = None
    bytes: int | None = None
    created: datetime | None = None
    fields: tuple[str, ...] = ()
    label: Label = Label.UNKNOWN
    categories: tuple[DataCategory, ...] = ()


class Proof(msgspec.Struct, frozen=True):
    """Both sides of the evidence, in our own words: what was answered and what was refused."""

    ask: str
    answer: str
    control: str


@dataclass(frozen=True, slots=True)
class Service:
    """A product that was recognised on an endpoint, locked or not.

    `identity` is the service's own lasting name where it has one (cluster UUID, replica-set id).
    """

    product: str
    version: str | None = None
    identity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A verdict on one endpoint, with the reason in our own words.

    Raises:
        ValueError: an access state of `PROVEN` was claimed without its proof.
    """

    access: Access
    service: Service
    because: str
    proof: Proof | None = None
    holdings: tuple[Holding, ...] = ()
    holdings_total: int | None = None
    confidence: Confidence = Confidence.CONFIRMED

    def __post_init__(self) -> None:
        """Refuse a claim that lacks its evidence."""
        if self.access in PROVEN and self.proof is None:
            msg = f"{self.access} was claimed for {self.service.product} without a proof"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Closed:
    """The port refused the connection: an observation, not a silence."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """It could not be told, and why; never the same as "not open"."""

    silence: Silence
    why: str
    service: Service | None = None


Outcome: TypeAlias = Assessment | Closed | Unknown


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """What the team's own inventory says of an address."""

    owner: str | None = None
    contact: str | None = None
    site: str | None = None
    zone: str | None = None
    tags: tuple[str, ...] = ()


class ScopeReference(msgspec.Struct, frozen=True):
    """The permission under which something was seen."""

    name: str
    reference: str


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's signature under a risk. It ends by itself, and covers nothing worse.

    `until` is the first moment without it; `severity` what the finding was when it was accepted.
    """

    until: datetime
    reason: str
    approver: str
    severity: Severity
    since: datetime


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a team acts on: one exposed service on one endpoint, in one round.

    `fingerprint` is stable across rounds; nodes of one cluster share it. `records` in a holding
    are approximate counts of entries, never of persons. `label` and `categories` sum up what the
    names of all holdings suggest; `labels` are of the host. `why` adds up to the severity; `cvss`
    is a vector of CVSS 4.0. `records` is the sum of all holdings, or None where one was not
    counted; `oldest` is when the first of them was made, and says nothing of when the door opened.
    `open_since` is when it was first seen exposed, or seen so again after it was resolved.
    `case` names the service that it is of; `regulation` the rules that ask something of its owner.
    `regressed` says that the door had been seen locked, `changes` what differs here from the last
    look, and `seen_shut` in how many rounds the door was seen shut since it was last exposed.
    """

    schema: str = FINDING_SCHEMA
    fingerprint: str
    round: str
    status: Status
    probe: str
    title: str
    product: str
    version: str | None
    access: Access
    severity: Severity
    confidence: Confidence
    because: str
    endpoint: Endpoint
    tls: TlsFacts | None
    proof: Proof | None
    holdings: tuple[Holding, ...]
    holdings_total: int
    cwe: int
    remedy: str
    references: tuple[str, ...]
    asset: Asset
    scope: ScopeReference
    vantage: str
    first_seen: datetime
    last_seen: datetime
    labels: tuple[str, ...] = ()
    label: Label = Label.UNKNOWN
    categories: tuple[DataCategory, ...] = ()
    signs: tuple[Mark, ...] = ()
    changes: tuple[str, ...] = ()
    regressed: bool = False
    seen_shut: int = 0
    accepted: Acceptance | None = None
    why: tuple[Reason, ...] = ()
    cvss: str | None = None
    records: int | None = None
    oldest: datetime | None = None
    growth: Growth | None = None
    open_since: datetime | None = None
    due: datetime | None = None
    case: str | None = None
    regulation: tuple[str, ...] = ()

    @property
    def listed(self) -> int | None:
        """How many holdings there are; None where they cannot be listed, which is not none."""
        return None if not self.holdings_total and self.records is None else self.holdings_total

    @property
    def gravity(self) -> tuple[int, int, int]:
        """Sort by it, and the gravest come first: severity, what names suggest, how much."""
        severity, label = list(Severity).index(self.severity), list(Label).index(self.label)
        return severity, label, -sum(holding.records or 0 for holding in self.holdings)


class ServiceSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A service that was recognised or heard and is no finding: locked, or not to be told."""

    schema: str = SERVICE_SCHEMA
    round: str
    probe: str | None
    product: str | None
    version: str | None
    access: Access
    because: str
    endpoint: Endpoint
    tls: TlsFacts | None
    asset: Asset
    scope: ScopeReference
    vantage: str
    seen: datetime
    labels: tuple[str, ...] = ()


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """What a round planned, reached and could not reach. It ends the round's output.

    `planned = reached + closed + filtered + unreachable + sum(skipped)` for a complete round;
    `duration` is in seconds, pauses included; `paused` is how long the windows were closed on it.
    `slowed` is how often the pace was halved, for the network showed strain; `catch_all` is how
    many hosts seemed to answer on every port. `accepted` says how many of `findings` are accepted.
    `probes` and `owners` tell the verdicts apart, the latter under "" where nobody is known.
    `unlisted` are hosts with an open port that no row of the inventory names, the first of
    `unlisted_total`. `by_range` is in the scope's words, `by_owner` as `owners`. Each of the three
    is at most 256 long: "(others)" sums up the rest. In `by_probe` an endpoint counts for each of
    its probes.
    """

    schema: str = COVERAGE_SCHEMA
    round: str
    scope: ScopeReference
    vantage: str
    started: datetime
    ended: datetime
    duration: float
    complete: bool
    planned: int
    reached: int
    closed: int
    filtered: int
    unreachable: int
    skipped: dict[str, int]
    access: dict[Access, int]
    unknown: dict[Silence, int]
    findings: dict[Severity, int]
    asks_sent: int
    bytes_sent: int
    bytes_received: int
    why_incomplete: tuple[str, ...] = ()
    paused: float = 0.0
    slowed: int = 0
    catch_all: int = 0
    accepted: dict[Severity, int] = {}
    probes: dict[str, dict[Access, int]] = {}
    owners: dict[str, dict[Access, int]] = {}
    unlisted: tuple[str, ...] = ()
    unlisted_total: int = 0
    by_range: dict[str, Reach] = {}
    by_owner: dict[str, Reach] = {}
    by_probe: dict[str, Reach] = {}
