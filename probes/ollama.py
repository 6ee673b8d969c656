"""Ollama: models that answer to anyone."""

from collections.abc import Iterator
from datetime import datetime

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK, REFUSED
from scanner.wire import Garbled, counts, versions

#: Longer lists belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

VERSION = Get("/api/version")
MODELS = Get("/api/tags")
CONTROL = Get("/v1/models/ronde-no-such-model")

GREETING = b"Ollama is running"
MISSING = "model 'ronde-no-such-model' not found"

OLLAMA = Service("ollama")


class Ollama:
    """A server is open when it lists its models and misses one by name."""

    about = About(
        name="ollama",
        title="Ollama lends its models to anyone",
        ports=frozenset({11434}),
        front=FRONT,
        asks=(FRONT, VERSION, MODELS, CONTROL),
        proves="the models are listed, and one that cannot exist is missing by name",
        cwe=306,
        remedy=(
            "Leave `OLLAMA_HOST` at 127.0.0.1, or put an authenticating proxy before it: "
            "Ollama itself knows no login. Anyone who reaches it may use, replace and delete "
            "its models."
        ),
        references=("https://docs.ollama.com/faq",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the greeting; a page that demands a login may stand before a server."""
        greets = front.status == OK and front.body.strip() == GREETING
        return OLLAMA if greets or front.status in REFUSED else None

    def assess(self, front: Page) -> HttpDialogue:
        """List the models; then see what is said of one that cannot exist."""
        models = yield MODELS
        if models.status != OK:
            if front.status == OK:
                return verdict.not_answered(OLLAMA, MODELS, models)
            return verdict.not_ours(MODELS, models)
        held = tuple(_each(models.json()["models"]))
        control = yield CONTROL
        if control.status != NOT_FOUND or not _message(control).startswith(MISSING):
            missing = f"the control {CONTROL.name} was not missing in Ollama's own words"
            return verdict.half_proof(OLLAMA, missing)
        return Assessment(
            access=Access.OPEN,
            service=Service("ollama", _version((yield VERSION))),
            because=f"lists its models without credentials: {len(held)}",
            proof=Proof(
                MODELS.name, f"{len(held)} models listed", f"{CONTROL.name} answered 404 by name"
            ),
            holdings=held[:MAX_HOLDINGS],
            holdings_total=len(held),
        )


def _each(listed: Json) -> Iterator[Holding]:
    """Read names and sizes; digests and families are dropped."""
    for one in listed.elements():
        yield Holding(
            name=one["name"].text(),
            kind="model",
            bytes=counts.read(one.get("size")),
            created=_date(one.get("modified_at")),
        )


def _date(place: Json | None) -> datetime | None:
    """Read when a model came; a date is detail, never proof."""
    try:
        found = None if place is None else datetime.fromisoformat(place.text())
    except (Garbled, ValueError):
        return None
    return found if found is None or found.tzinfo is not None else None


def _message(page: Page) -> str:
    try:
        return page.json()["error"]["message"].text()
    except Garbled:
        return ""


def _version(page: Page) -> str | None:
    try:
        return versions.read(page.json()["version"].value) if page.status == OK else None
    except Garbled:
        return None
