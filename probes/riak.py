"""Riak KV over HTTP: whether a stranger is told what only users are once security is on."""

from scanner import verdict
from scanner.model import Access, Assessment, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, UNAUTHORIZED
from scanner.wire import Garbled, counts, versions

#: `stats` of 2.x takes 20 KiB, and a cluster of a hundred members some more.
MAX_STATS = 512 << 10

STATS = Get("/stats", max_bytes=MAX_STATS)
CONTROL = Get("/types/ronde-no-such-type/props")

#: Resources that the front page leads to, on every version.
RESOURCES = ("riak_kv_wm_stats", "riak_kv_wm_buckets")
REALM = 'realm="Riak"'

#: How a server with security on refuses a credential, or its absence, in clear (RFC 9110).
UPGRADE_REQUIRED = 426
INSISTS_ON_TLS = b"Riak does not accept credentials over HTTP"

#: How a type is refused that nobody made, since 2.0.
MISSING = b"Unknown bucket type: ronde-no-such-type"

NAMELESS = Service("riak")


class Riak:
    """A node is open when it tells its statistics, and calls a type unknown that cannot exist."""

    about = About(
        name="riak",
        title="Riak answers without a user",
        ports=frozenset({8098}),
        front=FRONT,
        asks=(FRONT, STATS, CONTROL),
        proves="the statistics are told, and a type of buckets that cannot exist is unknown",
        cwe=306,
        remedy=(
            "Switch security on (`riak-admin security enable`, since 2.0) with users and sources, "
            "and bind HTTP and Protocol Buffers to the addresses that need them."
        ),
        references=("https://docs.riak.com/riak/kv/latest/using/security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of resources, and the ways in which a secured node refuses it."""
        if _refuses(front):
            return NAMELESS
        try:
            members = dict(front.json().items())
        except Garbled:
            return None
        return NAMELESS if all(name in members for name in RESOURCES) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the statistics; then for a type of buckets that cannot exist."""
        if _refuses(front):
            return verdict.locked(NAMELESS, FRONT, front)
        stats = yield STATS
        if _refuses(stats):
            return verdict.locked(NAMELESS, STATS, stats)
        if stats.status != OK:
            return verdict.not_answered(NAMELESS, STATS, stats)
        told = stats.json()
        version = told.get("riak_kv_version")
        service = Service("riak", None if version is None else versions.read(version.value))
        if counts.read(told.get("ring_num_partitions")) is None:
            return verdict.half_proof(service, f"{STATS.name} counted no partitions")
        control = yield CONTROL
        if control.status != NOT_FOUND or MISSING not in control.body:
            return verdict.half_proof(service, f"the control {CONTROL.name} was not unknown")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because="tells its statistics without a user; buckets cannot be listed harmlessly",
            proof=Proof(
                STATS.name,
                "version and partitions told",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
        )


def _refuses(page: Page) -> bool:
    demands = REALM in page.headers.get("www-authenticate", "")
    insists = page.status == UPGRADE_REQUIRED and INSISTS_ON_TLS in page.body
    return insists or (page.status == UNAUTHORIZED and demands)
