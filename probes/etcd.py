"""etcd: whether a stranger can count its keys, by the API of version 3 or of version 2."""

import re
from collections.abc import Generator
from contextlib import suppress

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Fixed, Get, HttpDialogue, Method, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered, path
from scanner.wire import Garbled, counts, versions

VERSION = Get("/version")

#: The gateway's name for the API before it settled on `/v3`; 3.3 still answers to it.
PREFIXES = {True: "/v3", False: "/v3alpha"}
SETTLED = (3, 4)

_NUMBER = re.compile(r"(\d{1,8})\.(\d{1,8})", re.ASCII)


def _read(prefix: str, what: str, about: str, body: bytes) -> Fixed:
    return Fixed(method=Method.POST, template=f"{prefix}{what}", about=about, body=body)


#: All keys, from the first to the last: `AA==` is one zero byte. Nothing but a number comes back.
COUNTS = {
    new: _read(at, "/kv/range", "count", b'{"key":"AA==","range_end":"AA==","count_only":true}')
    for new, at in PREFIXES.items()
}
#: The same at a revision that is 2^63 - 1 changes away.
CONTROLS = {
    new: _read(
        at,
        "/kv/range",
        "count at a revision that cannot exist",
        b'{"key":"AA==","range_end":"AA==","count_only":true,"revision":"9223372036854775807"}',
    )
    for new, at in PREFIXES.items()
}
#: `/registry/` up to `/registry0`: where Kubernetes keeps its objects, secrets included.
REGISTRY = _read(
    "/v3",
    "/kv/range",
    "count below /registry/",
    b'{"key":"L3JlZ2lzdHJ5Lw==","range_end":"L3JlZ2lzdHJ5MA==","count_only":true}',
)
STATUS = _read("/v3", "/maintenance/status", "bytes", b"{}")

V2_AUTH = Get("/v2/auth/enable")
V2_CONTROL = Get("/v2/keys/ronde-no-such-key")

#: What the server calls the absence of a credential, and what its gateway makes of a revision.
NO_USER = "etcdserver: user name is empty"
FUTURE = "etcdserver: mvcc: required revision is a future revision"
KEY_NOT_FOUND = 100


class Etcd:
    """A server is open when it counts its keys and refuses a revision that cannot exist."""

    about = About(
        name="etcd",
        title="etcd lets anyone read its keys",
        ports=frozenset({2379, 4001}),
        front=VERSION,
        asks=(
            VERSION,
            *COUNTS.values(),
            *CONTROLS.values(),
            REGISTRY,
            STATUS,
            V2_AUTH,
            V2_CONTROL,
        ),
        proves="the keys are counted, and a revision that cannot exist is refused by its name",
        cwe=306,
        remedy=(
            "Demand client certificates (`--client-cert-auth --trusted-ca-file`), switch the login "
            "on (`etcdctl auth enable`, for the API of version 2 as well where it is on), and bind "
            "`--listen-client-urls` to the addresses that its clients need."
        ),
        references=("https://etcd.io/docs/latest/op-guide/security/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the page of versions, which is public by design."""
        try:
            told = front.json()
            return Service("etcd", versions.read(told["etcdserver"].text()))
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """Count the keys; a server that is locked or empty may have others in the older API."""
        service = self.identify(front) or Service("etcd")
        known = _number(service.version)
        new = known >= SETTLED
        count = yield COUNTS[new]
        if count.status != OK:
            older = yield from _v2(service)
            return older or _refused(service, COUNTS[new], count)
        keys = _counted(count.json())
        control = yield CONTROLS[new]
        if _error(control) != FUTURE:
            missing = f"the control {CONTROLS[new].name} was not refused in etcd's own words"
            return half_proof(service, missing)
        older = None if keys else (yield from _v2(service))
        holdings = () if older else (yield from _described(keys, new=new))
        return older or Assessment(
            access=Access.OPEN,
            service=service,
            because=f"counts its keys without a credential: {keys}",
            proof=Proof(
                COUNTS[new].name,
                f"{keys} keys counted",
                f"{CONTROLS[new].name} was refused: a future revision",
            ),
            holdings=holdings,
            holdings_total=len(holdings),
        )


def _number(version: str | None) -> tuple[int, int]:
    """Give major and minor; a version that is not told is taken for a new one."""
    found = _NUMBER.match(version or "")
    return (int(found[1]), int(found[2])) if found else SETTLED


def _refused(service: Service, ask: Fixed, count: Page) -> Outcome:
    """Tell a server that wants a user from one that has no such page."""
    if _error(count) == NO_USER:
        because = f"{path(ask)} was refused: no user"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    return not_answered(service, ask, count)


def _error(page: Page) -> str:
    """Read the gateway's error, which 3.3 calls by another name."""
    try:
        told = page.json()
        said = told.get("message")
        return (told["error"] if said is None else said).text() if page.status != OK else ""
    except Garbled:
        return ""


def _counted(told: Json) -> int:
    """Read a count, which is a decimal text, and is left out when it is zero.

    Raises:
        Garbled: the header that every reply of etcd has is not there.
    """
    revision = told["header"]["revision"].text()
    count = told.get("count")
    digits = "0" if count is None else count.text()
    if not revision.isdecimal() or not digits.isdecimal() or len(digits) > len(str(1 << 64)):
        raise Garbled("expected a count")
    return int(digits)


def _described(keys: int, *, new: bool) -> Generator[Fixed, Page, tuple[Holding, ...]]:
    """Add bytes, and Kubernetes' share. The proof stands already: a silence costs only detail."""
    size, registry = None, 0
    if new:
        with suppress(NoAnswer, Garbled):
            size = counts.read((yield STATUS).json()["dbSize"])
        with suppress(NoAnswer, Garbled):
            registry = _counted((yield REGISTRY).json())
    whole = Holding(name="keys", kind="keyspace", records=keys, bytes=size)
    return (whole, Holding(name="/registry/", kind="prefix", records=registry))[
        : 1 + bool(registry)
    ]


def _v2(service: Service) -> Generator[Get, Page, Outcome | None]:
    """Settle the API of version 2, which has users of its own; None where it is off or locked."""
    with suppress(NoAnswer, Garbled):
        told = yield V2_AUTH
        if told.status != OK:
            return None
        guarded = told.json()["enabled"].boolean()
        missed = yield V2_CONTROL
        if missed.status != NOT_FOUND or missed.json()["errorCode"].integer() != KEY_NOT_FOUND:
            return None
        guests = "its guests may read" if guarded else "it has no users"
        return Assessment(
            access=Access.PARTIAL if guarded else Access.OPEN,
            service=service,
            because=f"reads keys without a credential by the API of version 2: {guests}",
            proof=Proof(V2_AUTH.name, guests, f"{V2_CONTROL.name} answered 404: key not found"),
            holdings=(Holding(name="v2", kind="keyspace"),),
            holdings_total=1,
        )
    return None
