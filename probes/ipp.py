"""IPP: printers and print servers that tell themselves whether they print for anyone."""

import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from scanner import verdict
from scanner.model import (
    Access,
    Assessment,
    AssetClass,
    Holding,
    Outcome,
    Proof,
    Service,
    Silence,
    Unknown,
)
from scanner.probe import FRONT, About, Fixed, HttpDialogue, Method, NoAnswer, Page
from scanner.verdict import OK, REFUSED
from scanner.wire import Garbled, ipp, makers, versions
from scanner.wire.ipp import Printer, Response

#: What is wanted takes some hundred bytes; devices that send everything need up to 100 KiB.
MAX_DEVICE = 256 << 10

#: About 250 bytes a queue: a server of 16,000.
MAX_QUEUES = 4 << 20

#: Longer lists belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

#: Every printer since 2013 has it [IPP Everywhere]; a host's own name is unknown, and is not read.
DEVICE = "ipp://localhost/ipp/print"
#: Where a device that sends faxes has its fax, as a printer of its own [PWG 5100.15].
FAXOUT = "ipp://localhost/ipp/faxout"
#: Where devices before that have their one printer, and CUPS has all of its queues.
ROOT = "ipp://localhost/"


def _asked(template: str, about: str, body: bytes, max_bytes: int = MAX_DEVICE) -> Fixed:
    return Fixed(
        method=Method.POST,
        template=template,
        about=about,
        body=body,
        content_type="application/ipp",
        accept="application/ipp",
        max_bytes=max_bytes,
    )


@dataclass(frozen=True, slots=True)
class Question:
    """One read, the control on the same path, and the numbers by which their answers are known."""

    ask: Fixed
    control: Fixed
    number: int

    @classmethod
    def at(cls, template: str, operation: int, printer: str, number: int) -> "Question":
        """Ask with one number, and control with the next."""
        of_cups = operation == ipp.CUPS_GET_PRINTERS
        return cls(
            _asked(
                template,
                "queues" if of_cups else "printer",
                ipp.request(operation, number, None if of_cups else printer),
                MAX_QUEUES if of_cups else MAX_DEVICE,
            ),
            _asked(
                template,
                "control among queues" if of_cups else "control",
                ipp.request(ipp.NO_OPERATION, number + 1, printer),
            ),
            number,
        )


AT_DEVICE = Question.at("/ipp/print", ipp.GET_PRINTER_ATTRIBUTES, DEVICE, 1)
AT_ROOT = Question.at("/", ipp.GET_PRINTER_ATTRIBUTES, ROOT, 3)
QUEUES = Question.at("/", ipp.CUPS_GET_PRINTERS, ROOT, 5)

AT_FAX = Question.at("/ipp/faxout", ipp.GET_PRINTER_ATTRIBUTES, FAXOUT, 7)

UPGRADE_REQUIRED = 426

CUPS = "cups"
PRINTER = Service("ipp-printer")

#: `Home - CUPS 2.4.2`, `Unauthorized - CUPS v2.4.2`: what every page of it ends its title with.
_CUPS_TITLE = re.compile(r".{1,60} - CUPS v?([0-9][0-9a-z.]{0,20})")
#: `CUPS/2.4 IPP/2.1`, or less, as `ServerTokens` has it. The devices that are made of its library
#: say `CUPS/2.4.2` and no more.
_CUPS_SERVER = re.compile(r"CUPS(?:/([0-9.]{1,20}))?(?: \([^()]{0,80}\))? IPP(?:/[0-9.]{1,10})?")


class Ipp:
    """A printer is open when it states that it asks nobody who he is, and knows its operations."""

    about = About(
        name="ipp",
        title="A printer prints for anyone",
        ports=frozenset({631}),
        front=FRONT,
        asks=(
            FRONT,
            *(ask for one in (AT_DEVICE, AT_ROOT, QUEUES) for ask in (one.ask, one.control)),
            AT_FAX.ask,
        ),
        proves="the printer states that it demands no login, and refuses an operation of nobody's",
        cwe=306,
        remedy=(
            "Demand a login for printing (`AuthType` and `Require valid-user` in the `<Location>` "
            "and the policies of CUPS, user authentication in a device's pages), and let only the "
            "print server and those who need it reach the port; where nobody does, switch IPP off."
        ),
        references=(
            "https://www.rfc-editor.org/rfc/rfc8011#section-5.4.2",
            "https://www.cups.org/doc/policies.html",
        ),
        made_for=AssetClass.PRINTER,
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise CUPS; any other page may be a printer's, which says so only when asked in IPP.

        The port is IPP's own: nothing else has business there. One that wants TLS first is nobody
        yet: it will be asked in TLS.
        """
        if front.status == UPGRADE_REQUIRED and front.tls is None:
            return None
        signs = _CUPS_TITLE.fullmatch(front.title) or _CUPS_SERVER.fullmatch(_server(front))
        return Service(CUPS, versions.read(signs[1])) if signs else PRINTER

    def assess(self, front: Page) -> HttpDialogue:
        """Ask for the printer, or for the queues of a print server."""
        service = self.identify(front) or PRINTER
        if service.product == CUPS:
            return (yield from _queues(service))
        page = yield AT_DEVICE.ask
        said = _answer(page, AT_DEVICE.number)
        if said is None and page.status not in REFUSED:  # older than `/ipp/print`
            page = yield AT_ROOT.ask
            return (yield from _device(AT_ROOT, page, _answer(page, AT_ROOT.number)))
        if said is not None and said.status == ipp.NOT_FOUND:  # IPP, and no printer of that name
            return (yield from _queues(service))
        return (yield from _device(AT_DEVICE, page, said))


def _server(page: Page) -> str:
    return page.headers.get("server", "")


def _answer(page: Page, number: int) -> Response | None:
    """Read what was answered in IPP, or None where it is no IPP."""
    kind = page.headers.get("content-type", "")
    if page.status != OK or not kind.lower().startswith("application/ipp"):
        return None
    try:
        return ipp.decode(page.body, number)
    except Garbled:
        return None


def _device(question: Question, page: Page, said: Response | None) -> HttpDialogue:
    """Settle a device by what its printer says of itself."""
    if said is None:
        return verdict.not_ours(question.ask, page)
    if not said.succeeded or not said.printers:
        return _failed(PRINTER, question, said)
    printer = said.printers[0]
    fax = (yield from _fax()) if question is AT_DEVICE and printer.is_free else None
    holdings = (Holding(name=question.ask.template, kind="queue", records=printer.jobs),)
    if fax is None:
        return (yield from _settled(_named(printer), question, (printer,), holdings))
    sent = Holding(name=AT_FAX.ask.template, kind="fax", records=fax.jobs)
    return (yield from _settled(_named(printer), question, (printer, fax), (*holdings, sent)))


def _fax() -> Generator[Fixed, Page, Printer | None]:
    """Ask a device for its fax. Some answer as their printer does: only what says so is a fax."""
    with suppress(NoAnswer):
        said = _answer((yield AT_FAX.ask), AT_FAX.number)
        if said is not None and said.succeeded and said.printers and said.printers[0].faxes:
            return said.printers[0]
    return None


def _queues(service: Service) -> HttpDialogue:
    """Settle a print server by what each of its queues says of itself; only CUPS lists them."""
    page = yield QUEUES.ask
    said = _answer(page, QUEUES.number)
    if said is None:
        return verdict.not_answered(service, QUEUES.ask, page)
    if said.status == ipp.NOT_FOUND or (said.succeeded and not said.printers):
        because = "has no queue that a stranger could print to"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    if not said.succeeded:
        return _failed(service, QUEUES, said)
    service = Service(CUPS, versions.read(said.printers[0].version) or service.version)
    holdings = tuple(
        Holding(name=one.name, kind="queue", records=one.jobs) for one in said.printers if one.name
    )
    return (yield from _settled(service, QUEUES, said.printers, holdings))


def _failed(service: Service, question: Question, said: Response) -> Outcome:
    """Settle what answered in IPP that it will not, or cannot."""
    if said.status in ipp.REFUSED:
        because = f"{question.ask.name} was refused by IPP with {said.status:#06x}"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    return verdict.half_proof(service, f"{question.ask.name} was answered by an error of IPP")


def _named(printer: Printer) -> Service:
    """Name a device by its maker, its firmware where that is a number, and its own UUID."""
    maker = makers.of(printer.model)
    return Service(
        product=f"{maker}-printer" if maker else PRINTER.product,
        version=versions.read(printer.version),
        identity=_identity(printer.uuid),
    )


def _identity(uuid: str) -> str | None:
    """Give a UUID that is one; some devices have none but zeros."""
    try:
        found = UUID(uuid)  # takes `urn:uuid:` as well
    except ValueError:
        return None
    return str(found) if found.int else None


def _settled(
    service: Service,
    question: Question,
    printers: tuple[Printer, ...],
    holdings: tuple[Holding, ...],
) -> Generator[Fixed, Page, Outcome]:
    """Weigh what the printers state, and see whether an operation of nobody's is refused."""
    free = [printer for printer in printers if printer.is_free]
    if not free:
        return _shut(service, printers)
    control = _answer((yield question.control), question.number + 1)
    if control is None or control.status != ipp.UNSUPPORTED_OPERATION:
        missing = f"{question.control.name} was not refused as an operation that there is not"
        return verdict.half_proof(service, missing)
    return Assessment(
        access=Access.OPEN if len(free) == len(printers) else Access.PARTIAL,
        service=service,
        because=_because(question, printers, free),
        proof=Proof(
            question.ask.name,
            "an address that demands no login, by uri-authentication-supported",
            f"{question.control.name} was refused: operation not supported",
        ),
        holdings=holdings[:MAX_HOLDINGS],
        holdings_total=len(holdings),
    )


def _shut(service: Service, printers: tuple[Printer, ...]) -> Outcome:
    """Say that every printer demands a login, if every one says so."""
    if not all(printer.logins for printer in printers):
        why = "the printer does not say whether it demands a login"
        return Unknown(Silence.HALF_PROOF, why, service)
    ways = frozenset[str]().union(*(printer.logins for printer in printers))
    access = Access.CLIENT_CERT if ways == {"certificate"} else Access.LOCKED
    because = "states that it prints for nobody without a login"
    return Assessment(access=access, service=service, because=because)


def _because(question: Question, printers: tuple[Printer, ...], free: list[Printer]) -> str:
    """Say who prints or faxes for anyone, and whether in clear."""
    if question is QUEUES:
        who = f"{len(free)} of {len(printers)} queues print for anyone"
        who += " or send faxes" if any(printer.faxes for printer in free) else ""
    else:
        who = "prints and sends faxes for anyone" if len(free) > 1 else "prints for anyone"
    clear = ", and in clear" if any(printer.is_clear for printer in free) else ""
    return f"{who}, by its own statement{clear}"
