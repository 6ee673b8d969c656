"""Dgraph: which predicates a stranger can list, by the HTTP of an Alpha."""

import re
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK, half_proof, not_answered
from scanner.wire import Garbled, counts, versions

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: A predicate is a name of a schema; longer ones belong on the server.
MAX_NAME = 255

#: A group of 2,000 predicates takes about 500 KiB.
MAX_STATE = 8 << 20

HEALTH = Get("/health")
STATE = Get("/state", max_bytes=MAX_STATE)
CONTROL = Get("/query")

#: What the front page of an Alpha says, and nothing else.
GREETING = b"Dgraph browser is available"

#: The predicates that the server makes for itself, in whatever namespace.
_OWN = re.compile(r"^(?:[0-9a-f]{1,16}-)?dgraph\.")

#: How the access control refuses, inside an answer with status 200.
NO_TOKEN = "no accessJwt available"  # noqa: S105 - words of a refusal

#: How a GET is refused where a query is to be posted.
NO_QUERY = "ErrorInvalidMethod"


class Dgraph:
    """A server is open when it tells its state, and refuses in its own words what is no query."""

    about = About(
        name="dgraph",
        title="Dgraph takes queries from anyone",
        ports=frozenset({8080}),
        tls_ports=frozenset({8080}),
        front=FRONT,
        asks=(FRONT, HEALTH, STATE, CONTROL),
        proves="the groups and predicates are told, and a query without one is refused by its code",
        cwe=306,
        remedy=(
            "Switch the access control on (`--acl secret-file=…`), change the password of "
            "`groot`, and let only clients reach 8080 and 9080, and nobody 5080 and 6080."
        ),
        references=("https://www.dgraph.io/admin/security",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the sentence that an Alpha has for a front page, locked or not."""
        is_alpha = front.status == OK and front.body.startswith(GREETING)
        return Service("dgraph") if is_alpha else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the state; then see that a query which is none is refused."""
        known = self.identify(front) or Service("dgraph")
        service = replace(known, version=_version((yield HEALTH)))
        state = yield STATE
        if state.status != OK:
            return not_answered(service, STATE, state)
        told = state.json()
        if told.get("errors") is not None:
            return _refused(service, state)
        predicates = _predicates(told["groups"])
        if _error((yield CONTROL))[0] != NO_QUERY:
            return half_proof(service, f"the control {CONTROL.name} was not refused by its code")
        return Assessment(
            access=Access.OPEN,
            service=replace(service, identity=_cluster(told)),
            because=f"tells its state without credentials; predicates listed: {len(predicates)}",
            proof=Proof(
                STATE.name,
                f"{len(predicates)} predicates listed",
                f"{CONTROL.name} was refused as no query, by its code",
            ),
            holdings=tuple(predicates[:MAX_HOLDINGS]),
            holdings_total=len(predicates),
        )


def _version(health: Page) -> str | None:
    """Read what the Alpha says of itself in public: a list or, in old releases, an object."""
    with suppress(Garbled, StopIteration):
        told = health.json()
        first = next(told.elements()) if told.is_array else told
        return versions.read(first["version"].value)
    return None


def _refused(service: Service, state: Page) -> Outcome:
    """Settle an error, which comes with status 200, by its words: its code is the same for all."""
    if not _error(state)[1].endswith(NO_TOKEN):
        return half_proof(service, f"{STATE.name} was refused for another reason")
    because = f"{STATE.name} was refused for want of an access token"
    return Assessment(access=Access.LOCKED, service=service, because=because)


def _error(page: Page) -> tuple[str, str]:
    """Give code and words of the first error, or nothing."""
    with suppress(Garbled, StopIteration):
        error = next(page.json()["errors"].elements())
        return error["extensions"]["code"].text(), error["message"].text()
    return "", ""


def _cluster(told: Json) -> str | None:
    """Read the cluster's identifier, which is a UUID."""
    with suppress(Garbled, ValueError):
        return str(UUID(told["cid"].text()))
    return None


def _predicates(groups: Json) -> list[Holding]:
    """Name the predicates of all groups but the server's own; no value is among them.

    Raises:
        Garbled: another structure.
    """
    tablets = [
        (_plain(name), tablet)
        for _, group in groups.items()
        for name, tablet in (group.get("tablets") or Json({})).items()
    ]
    return [
        Holding(name=name[:MAX_NAME], kind="predicate", bytes=counts.read(told.get("onDiskBytes")))
        for name, told in tablets
        if not _OWN.search(name)
    ]


def _plain(name: str) -> str:
    """Take the first namespace from a name; the others, and all before 21.03, stay as they are."""
    return name.removeprefix("0-")
