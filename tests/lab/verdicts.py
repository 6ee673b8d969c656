"""Every server and mode of the lab, and the verdict that its door deserves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

from scanner.model import Access, Finding, ServiceSeen, Severity
from tests.lab.servers import (
    Anonymous,
    Front,
    Redis,
    RedisMode,
    Running,
    decoy,
    elasticsearch,
    ferretdb,
    hylafax,
    mongo_java_server,
    nginx,
    nx27017,
    opensearch,
    osmem,
    redis,
    secantusdb,
    sentinel,
    snpp,
)
from tests.lab.session import Lab

#: Stands for the version that the server itself told the lab.
AS_TOLD = "as told"

Start: TypeAlias = Callable[[Lab], Running]

#: Name, kind, records and field names of a holding.
Held: TypeAlias = tuple[str, str, int | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The part of a line that does not change from one run to the next."""

    access: Access
    product: str | None
    version: str | None
    severity: Severity | None = None
    held: tuple[Held, ...] = ()
    tls_names: tuple[str, ...] | None = None

    @classmethod
    def of(cls, line: Finding | ServiceSeen | None, server: Running) -> "Verdict | None":
        """Read it from the line that a round wrote about a server."""
        if line is None:
            return None
        held = line.holdings if isinstance(line, Finding) else ()
        return cls(
            access=line.access,
            product=line.product,
            version=AS_TOLD if line.version == server.version else line.version,
            severity=line.severity if isinstance(line, Finding) else None,
            held=tuple((one.name, one.kind, one.records, one.fields) for one in held),
            tls_names=line.tls.names if line.tls else None,
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Servers that stand at the same time and are walked in one round."""

    exit_code: int
    doors: tuple[tuple[Start, Verdict], ...]


FOUND = 3
QUIET = 0  # complete, and nothing at or above `high`

NAMES = ("ronde-lab", "localhost", "127.0.0.1")
FIELDS = ("date_of_birth", "diagnosis", "fax_number", "patient_name")
INDICES: tuple[Held, ...] = (
    ("faxes-2018", "index", 2, FIELDS),
    ("prescriptions", "index", 2, FIELDS),
)
COLLECTIONS: tuple[Held, ...] = (
    ("practice.faxes", "collection", 2, ()),
    ("practice.prescriptions", "collection", 2, ()),
)
OPLOG: tuple[Held, ...] = (("local", "database", None, ()),)
KEYS: tuple[Held, ...] = (("db0", "database", 3, ()),)
QUEUES: tuple[Held, ...] = (
    ("recvq", "queue", 3, ()),
    ("doneq", "queue", 2, ()),
    ("sendq", "queue", None, ()),  # none listed is not none there
)

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW


def open_indices(
    product: str, version: str | None = AS_TOLD, tls_names: tuple[str, ...] | None = None
) -> Verdict:
    """Say that both indices are listed with all that their mappings tell."""
    return Verdict(Access.OPEN, product, version, HIGH, INDICES, tls_names)


#: What a node is called by what an anonymous caller may do; None: security is switched off.
BY_ROLE: Mapping[Anonymous | None, Verdict] = MappingProxyType(
    {
        None: open_indices("elasticsearch"),
        Anonymous.NOTHING: Verdict(Access.LOCKED, "elasticsearch", None),
        Anonymous.FRONT: Verdict(Access.PARTIAL, "elasticsearch", AS_TOLD, MEDIUM),
        # `/` is refused, so nothing tells the version.
        Anonymous.INDICES: open_indices("elasticsearch", None),
    }
)


def _elasticsearch(version: str, *, in_tls: Anonymous) -> Group:
    """One release as it can stand: without security, and with each of the lab's roles.

    Without security there is no TLS: a node that has only the latter switched on speaks clear.
    """

    def door(role: Anonymous | None, *, tls: bool = False) -> tuple[Start, Verdict]:
        verdict = replace(BY_ROLE[role], tls_names=NAMES) if tls else BY_ROLE[role]
        if role is None:
            return lambda lab: lab.start(elasticsearch, version, tls=tls), verdict
        return (
            lambda lab: lab.start(elasticsearch, version, security=True, anonymous=role, tls=tls),
            verdict,
        )

    return Group(FOUND, (*map(door, BY_ROLE), door(in_tls, tls=True)))


def _open_nodes(*versions: str) -> Group:
    """Releases that know no security, or are too old for the lab to have it."""

    def start(version: str) -> Start:
        return lambda lab: lab.start(elasticsearch, version)

    return Group(FOUND, tuple((start(one), open_indices("elasticsearch")) for one in versions))


def _opensearch() -> Group:
    def start(version: str) -> Start:
        return lambda lab: lab.start(opensearch, version)

    def behind(lab: Lab) -> Running:
        return lab.start(nginx, Front.NO_FRONT_PAGE, lab.start(opensearch, "3.4.0"))

    return Group(
        FOUND,
        (
            *((start(one), open_indices("opensearch")) for one in ("1.3.20", "2.19.4", "3.4.0")),
            (
                lambda lab: lab.start(opensearch, "2.19.4", security=True),
                Verdict(Access.LOCKED, "opensearch", None),
            ),
            # No header and no error names the product, and its front page is hidden.
            (behind, open_indices("elasticsearch-compatible", None)),
        ),
    )


def _behind_nginx() -> Group:
    def behind(front: Front) -> Start:
        return lambda lab: lab.start(nginx, front, lab.start(osmem))

    return Group(
        FOUND,
        (
            (lambda lab: lab.start(osmem), open_indices("opensearch")),
            (behind(Front.BASIC_AUTH), Verdict(Access.LOCKED, None, None)),
            # osmem signs every page as Elasticsearch does; nothing else names it here.
            (behind(Front.NO_FRONT_PAGE), open_indices("elasticsearch", None)),
            (
                behind(Front.ONLY_FRONT_PAGE),
                Verdict(Access.PARTIAL, "opensearch", AS_TOLD, MEDIUM),
            ),
            (behind(Front.TLS), open_indices("opensearch", AS_TOLD, NAMES)),
        ),
    )


def _decoy() -> Group:
    return Group(QUIET, ((lambda lab: lab.start(decoy), Verdict(Access.UNKNOWN, None, None)),))


def _mongodb() -> Group:
    return Group(
        FOUND,
        (
            # Embedded, it says `ferretdbVersion: unknown`.
            (
                lambda lab: lab.start(ferretdb),
                Verdict(Access.OPEN, "ferretdb", None, HIGH, COLLECTIONS),
            ),
            (
                lambda lab: lab.start(mongo_java_server),
                Verdict(Access.OPEN, "mongodb", AS_TOLD, HIGH, COLLECTIONS),
            ),
            # It answers commands that cannot exist with success: half a proof is none.
            (
                lambda lab: lab.start(nx27017),
                Verdict(Access.UNKNOWN, "mongodb", AS_TOLD),
            ),
        ),
    )


def _secantusdb() -> Group:
    """Its own version, not the one of MongoDB that it claims to be."""

    def start(*, locked: bool = False, tls: bool = False) -> Start:
        return lambda lab: lab.start(secantusdb, locked=locked, tls=tls)

    product, version, held = "secantusdb", "0.7.0b3", (*COLLECTIONS, *OPLOG)
    return Group(
        FOUND,
        (
            (start(), Verdict(Access.OPEN, product, version, HIGH, held)),
            (start(tls=True), Verdict(Access.OPEN, product, version, HIGH, held, NAMES)),
            (start(locked=True), Verdict(Access.LOCKED, product, version)),
            (
                start(locked=True, tls=True),
                Verdict(Access.LOCKED, product, version, tls_names=NAMES),
            ),
        ),
    )


def _redis(build: Redis, product: str, *more: tuple[Start, Verdict]) -> Group:
    def start(mode: RedisMode) -> Start:
        return lambda lab: lab.start(redis, build, mode)

    is_open = Verdict(Access.OPEN, product, AS_TOLD, HIGH, KEYS)
    # Before INFO is answered nothing tells Valkey from Redis, nor the version.
    locked = Verdict(Access.LOCKED, "redis", None)
    return Group(
        FOUND,
        (
            (start(RedisMode.OPEN), is_open),
            (start(RedisMode.LOCKED), locked),
            (start(RedisMode.PING_ONLY), locked),
            (start(RedisMode.NO_INFO), is_open),
            *more,
        ),
    )


_REDIS_IN_TLS: tuple[Start, Verdict] = (
    lambda lab: lab.start(redis, Redis.REDIS_7, RedisMode.TLS),
    Verdict(Access.OPEN, "redis", AS_TOLD, HIGH, KEYS, NAMES),
)
_SENTINEL: tuple[Start, Verdict] = (
    lambda lab: lab.start(sentinel),
    Verdict(Access.OPEN, "redis", AS_TOLD, MEDIUM),
)


def _protected() -> Group:
    def start(build: Redis) -> Start:
        return lambda lab: lab.start(redis, build, RedisMode.PROTECTED)

    return Group(
        QUIET,
        (
            (start(Redis.REDIS_7), Verdict(Access.SHIELDED, "redis", None, LOW)),
            (start(Redis.REDIS_6), Verdict(Access.SHIELDED, "redis", None, LOW)),
            (start(Redis.VALKEY_9), Verdict(Access.SHIELDED, "valkey", None, LOW)),
        ),
    )


def _hylafax() -> Group:
    return Group(
        FOUND,
        (
            (
                lambda lab: lab.start(hylafax),
                Verdict(Access.OPEN, "hylafax", AS_TOLD, HIGH, QUEUES),
            ),
            (
                lambda lab: lab.start(hylafax, locked=True),
                Verdict(Access.LOCKED, "hylafax", AS_TOLD),
            ),
        ),
    )


def _snpp() -> Group:
    identified = Verdict(Access.IDENTIFIED, "hylafax-snpp", AS_TOLD)
    return Group(QUIET, ((lambda lab: lab.start(snpp), identified),))


GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "elasticsearch-old": _open_nodes("2.4.6", "5.6.16", "6.8.23", "7.10.2"),
        "elasticsearch-7.17": _elasticsearch("7.17.29", in_tls=Anonymous.INDICES),
        "elasticsearch-8.8": _elasticsearch("8.8.2", in_tls=Anonymous.FRONT),
        "elasticsearch-8.19": _elasticsearch("8.19.4", in_tls=Anonymous.NOTHING),
        "elasticsearch-9.2": _elasticsearch("9.2.4", in_tls=Anonymous.INDICES),
        "opensearch": _opensearch(),
        "behind-nginx": _behind_nginx(),
        "decoy": _decoy(),
        "mongodb": _mongodb(),
        "secantusdb": _secantusdb(),
        "redis-7": _redis(Redis.REDIS_7, "redis", _REDIS_IN_TLS),
        "redis-6": _redis(Redis.REDIS_6, "redis", _SENTINEL),
        "valkey-9": _redis(Redis.VALKEY_9, "valkey"),
        "protected": _protected(),
        "hylafax": _hylafax(),
        "snpp": _snpp(),
    }
)
