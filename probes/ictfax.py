"""ICTFax and its ICTCore: whether the numbers of faxes and contacts are told to anyone."""

from scanner import verdict
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import NOT_FOUND, OK
from scanner.wire import Garbled, counts

#: The only resource that is asked for: others read documents, and some start campaigns by GET.
STATISTICS = Get("/api/statistics")
CONTROL = Get("/api/ronde-no-such-resource")

TITLE = "ICTFax"

#: What is counted, by the names of the counts [Core::statistic, of 2018, 2020 and 2023].
TABLES = {
    "user_total": "users",
    "contact_total": "contacts",
    "campaign_total": "campaigns",
    "transmission_total": "faxes and calls",
    "transmission_inbound": "faxes and calls received",
    "transmission_outbound": "faxes and calls sent",
}

SERVICE = Service("ictfax")


class Ictfax:
    """A server is open when it counts its faxes and calls missing what it cannot have."""

    about = About(
        name="ictfax",
        title="ICTFax counts its faxes for anyone",
        ports=frozenset({80}),
        tls_ports=frozenset({443}),
        front=FRONT,
        asks=(FRONT, STATISTICS, CONTROL),
        proves="its statistics are told, and a resource that cannot exist is refused in the words "
        "of its API",
        cwe=306,
        remedy=(
            "Update ICTCore (its statistics have asked for a permission since 2018), change the "
            "passwords of the demonstration accounts, and let only your own networks reach /api."
        ),
        references=("https://github.com/ictinnovations/ictcore",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the page of the application by its title, which needs no log-in."""
        return SERVICE if front.status == OK and front.title == TITLE else None

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the counts, then for a resource that cannot exist."""
        del front  # its title is all that it tells
        told = yield STATISTICS
        if told.status != OK:
            return verdict.not_answered(SERVICE, STATISTICS, told)
        held = _counts(told.json())
        if not held:
            return verdict.half_proof(SERVICE, f"{STATISTICS.name} counted nothing known")
        if not _is_missing((yield CONTROL)):
            return verdict.half_proof(SERVICE, f"the control {CONTROL.name} was not missing")
        return Assessment(
            access=Access.OPEN,
            service=SERVICE,
            because="counts its users, contacts and faxes without credentials",
            proof=Proof(
                STATISTICS.name,
                f"{len(held)} numbers",
                f"{CONTROL.name} answered 404 with an error of its own",
            ),
            holdings=held,
            holdings_total=len(held),
        )


def _counts(told: Json) -> tuple[Holding, ...]:
    """Read the counts that are known; the versions before 2023 write them as text.

    Raises:
        Garbled: no object.
    """
    found = ((name, counts.read(told.get(key))) for key, name in TABLES.items())
    return tuple(
        Holding(name=name, kind="table", records=count)
        for name, count in found
        if count is not None
    )


def _is_missing(page: Page) -> bool:
    """Tell whether the resource is refused as RestServer does, whatever its words."""
    try:
        code = page.json()["error"]["code"].integer()
    except Garbled:
        return False
    return page.status == NOT_FOUND and code == NOT_FOUND
