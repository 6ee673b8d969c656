"""Docker registries (distribution, Harbor, Nexus, GitLab, zot): which images anyone may pull."""

import re
from collections.abc import Generator
from contextlib import suppress

from scanner import verdict
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Get, HttpDialogue, NoAnswer, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED
from scanner.wire import Garbled

#: A registry hands out 100 names a page unless asked for more; 1,000 is what all of them allow.
BASE = Get("/v2/")
LISTING = Get("/v2/_catalog?n=1000")
CONTROL = Get("/v2/ronde-no-such-repository/tags/list")
TAGS = Get("/v2/{}/tags/list")

#: Each costs an ask; the listing tells how many there are.
MAX_COUNTED = 20

#: What every registry signs with, or the codes of its errors [distribution specification 1.1].
SIGNATURE = "docker-distribution-api-version"
REGISTRY = "registry/2.0"
MISSING = "NAME_UNKNOWN"
DENIALS = frozenset({"UNAUTHORIZED", "DENIED"})

#: One path segment; names with a slash would be several, and are listed without a count.
NAME = re.compile(r"[a-z0-9]+(?:[._-]{1,2}[a-z0-9]+){0,30}")

PRODUCT = Service("docker-registry")


class Registry:
    """A registry is open when it lists its repositories and misses one that cannot exist."""

    about = About(
        name="registry",
        title="A registry lists its images to anyone",
        ports=frozenset({5000, 5001}),
        tls_ports=frozenset({5443}),
        front=BASE,
        asks=(BASE, LISTING, CONTROL, TAGS),
        proves="the repositories are listed, and one that cannot exist is unknown by its code",
        cwe=306,
        remedy=(
            "Demand a login (`auth: htpasswd` or `token` in the registry's configuration, or a "
            "proxy before it), serve it in TLS, and let only builders and hosts reach it. What "
            "was baked into images that anyone could pull counts as known."
        ),
        references=("https://distribution.github.io/distribution/about/configuration/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the header that a registry signs with, or its way of refusing."""
        signed = front.headers.get(SIGNATURE, "") == REGISTRY
        return PRODUCT if signed or _code(front) in DENIALS else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the repositories; then see what is said of one that is not there."""
        if front.status in REFUSED:
            return verdict.locked(PRODUCT, BASE, front)
        listing = yield LISTING
        if listing.status in REFUSED:
            return Assessment(
                access=Access.PARTIAL,
                service=PRODUCT,
                because="lets strangers in, and refuses to list its repositories",
                proof=Proof(BASE.name, "200 without a login", f"{LISTING.name} refused"),
            )
        if listing.status != OK:
            return verdict.not_answered(PRODUCT, LISTING, listing)
        names = [one.text() for one in listing.json()["repositories"].elements()]
        control = yield CONTROL
        if control.status != NOT_FOUND or _code(control) != MISSING:
            missing = f"the control {CONTROL.name} was not unknown in a registry's own words"
            return verdict.half_proof(PRODUCT, missing)
        holdings = yield from _counted(names)
        return Assessment(
            access=Access.OPEN,
            service=PRODUCT,
            because=f"lists its repositories without credentials: {len(names)}",
            proof=Proof(
                LISTING.name, f"{len(names)} repositories listed", f"{CONTROL.name} is {MISSING}"
            ),
            holdings=holdings,
            holdings_total=len(names),
        )


def _code(page: Page) -> str:
    """Give the code of the first error."""
    try:
        return next((one["code"].text() for one in page.json()["errors"].elements()), "")
    except Garbled:
        return ""


def _counted(names: list[str]) -> Generator[Get, Page, tuple[Holding, ...]]:
    """Count the tags of some. The proof stands already: a silence here costs only detail."""
    holdings = [Holding(name=name, kind="repository") for name in names]
    with suppress(NoAnswer, Garbled):
        for place, name in enumerate(names[:MAX_COUNTED]):
            if NAME.fullmatch(name):
                page = yield TAGS.fill(name)
                holdings[place] = Holding(name=name, kind="repository", records=_tags(page))
    return tuple(holdings)


def _tags(page: Page) -> int | None:
    """Count the tags; a repository whose tags were all deleted says null."""
    if page.status != OK:
        return None
    tags = page.json().get("tags")
    return 0 if tags is None else len(tags)
