"""One exposure as tests of the right-hand half see it, to be varied by keyword."""

from datetime import UTC, datetime, timedelta

from scanner.model import (
    Access,
    Asset,
    Confidence,
    Coverage,
    Endpoint,
    Finding,
    Holding,
    Proof,
    ScopeReference,
    ServiceSeen,
    Severity,
    Silence,
    Status,
    TlsFacts,
)
from scanner.way import Way

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCOPE = ScopeReference("hospital", "SEC-1204")
VANTAGE = "dmz"
WAY = Way(
    seed=7, shards=3, scope_digest="5c0", probes=("elasticsearch", "redis"), plan_digest="91a"
)


def day(number: int) -> datetime:
    """Noon of one day; day 0 is `NOON`."""
    return NOON + timedelta(days=number)


def endpoint(last: int = 7, port: int = 9200) -> Endpoint:
    """Give an endpoint of a documentation network."""
    return Endpoint(address=f"192.0.2.{last}", port=port)


def exposure(**changes: object) -> Finding:
    """Give a finding as `record.finding` drafts it."""
    values: dict[str, object] = {
        "fingerprint": "f1",
        "round": "r0",
        "status": Status.NEW,
        "probe": "elasticsearch",
        "title": "Elasticsearch lists its indices to anyone",
        "product": "Elasticsearch",
        "version": "2.4.6",
        "access": Access.OPEN,
        "severity": Severity.HIGH,
        "confidence": Confidence.CONFIRMED,
        "because": "the indices were listed",
        "endpoint": endpoint(),
        "tls": TlsFacts(version="TLSv1.2", cipher="AES", names=("es.example",), not_after=NOON),
        "proof": Proof("GET /_cat/indices", "2 indices", "a missing index was refused"),
        "holdings": (Holding(name="faxes", kind="index", records=1204, bytes=9, created=NOON),),
        "holdings_total": 1,
        "cwe": 306,
        "remedy": "Demand a password.",
        "references": ("https://example.org/es",),
        "asset": Asset(owner="Radiology", tags=("pacs",)),
        "scope": SCOPE,
        "vantage": VANTAGE,
        "first_seen": NOON,
        "last_seen": NOON,
    }
    return Finding(**{**values, **changes})  # type: ignore[arg-type] # varied by keyword


def shut_service(**changes: object) -> ServiceSeen:
    """Give a service that demands a password."""
    values: dict[str, object] = {
        "round": "r0",
        "probe": "redis",
        "product": "Redis",
        "version": None,
        "access": Access.LOCKED,
        "because": "PING answered NOAUTH",
        "endpoint": endpoint(8, 6379),
        "tls": None,
        "asset": Asset(),
        "scope": SCOPE,
        "vantage": VANTAGE,
        "seen": NOON,
    }
    return ServiceSeen(**{**values, **changes})  # type: ignore[arg-type] # varied by keyword


def coverage(**changes: object) -> Coverage:
    """Give what a complete round reached."""
    values: dict[str, object] = {
        "round": "r0",
        "scope": SCOPE,
        "vantage": VANTAGE,
        "started": NOON,
        "ended": NOON + timedelta(seconds=12),
        "duration": 12.0,
        "complete": True,
        "planned": 1256,
        "reached": 2,
        "closed": 1200,
        "filtered": 44,
        "unreachable": 0,
        "skipped": {"denied-port": 10},
        "access": {Access.OPEN: 1},
        "unknown": {Silence.TIMEOUT: 1},
        "findings": {Severity.HIGH: 1},
        "asks_sent": 77,
        "bytes_sent": 7_000,
        "bytes_received": 90_000,
    }
    return Coverage(**{**values, **changes})  # type: ignore[arg-type] # varied by keyword
