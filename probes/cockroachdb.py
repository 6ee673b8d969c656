"""CockroachDB: which databases its console shows to anyone, as it does in insecure mode."""

import re

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, half_proof, not_answered
from scanner.wire import Garbled, versions

MAX_HOLDINGS = 2_000

DATABASES = Get("/_admin/v1/databases")
CONTROL = Get("/_admin/v1/databases/ronde_no_such_database")

TITLE = "Cockroach Console"

#: What the page hands to its own script: `{…,"Tag":"v22.1.0",…}`, login or not.
TAG = re.compile(rb'"Tag":"(v[0-9A-Za-z.+-]{1,40})"')

#: The number of NOT_FOUND in gRPC, whose errors the gateway writes as JSON.
GRPC_NOT_FOUND = 5

#: The server's own tables; every cluster has them.
OWN = frozenset({"system"})


class CockroachDb:
    """A cluster is open when it names its databases to nobody and misses one that cannot exist."""

    about = About(
        name="cockroachdb",
        title="CockroachDB runs in insecure mode",
        ports=frozenset({8080, 8081}),
        front=FRONT,
        asks=(FRONT, DATABASES, CONTROL),
        proves="the databases are listed, and one that cannot exist is not found",
        cwe=306,
        remedy=(
            "Start every node with certificates (`--certs-dir`) instead of `--insecure`, which "
            "also switches authentication of SQL clients off, and let only clients and nodes "
            "reach 26257 and 8080."
        ),
        references=("https://www.cockroachlabs.com/docs/stable/secure-a-cluster",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the console's page, which is public in both modes."""
        if front.status != OK or front.title != TITLE:
            return None
        found = TAG.search(front.body)
        return Service("cockroachdb", versions.read(found[1].decode()) if found else None)

    def assess(self, front: Page) -> HttpDialogue:
        """List the databases; then see what the cluster says of one that it has not."""
        service = self.identify(front) or Service("cockroachdb")
        listing = yield DATABASES
        if listing.status != OK:
            return not_answered(service, DATABASES, listing)
        names = [name.text() for name in listing.json()["databases"].elements()]
        if not _is_missing((yield CONTROL)):
            return half_proof(service, f"the control {CONTROL.name} was not refused as not found")
        held = [name for name in names if name not in OWN]
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its databases without a log-in: {len(names)}",
            proof=Proof(
                DATABASES.name,
                f"{len(names)} databases listed",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=tuple(Holding(name=name, kind="database") for name in held[:MAX_HOLDINGS]),
            holdings_total=len(held),
        )


def _is_missing(page: Page) -> bool:
    try:
        return page.status == NOT_FOUND and page.json()["code"].integer() == GRPC_NOT_FOUND
    except Garbled:
        return False
