"""AvantFAX: whether its pages or its folders of faxes are shown without a log-in."""

import re

from probes.listing import CONTROL, listed, proven, total
from scanner import verdict
from scanner.model import Access, Assessment, Holding, Service
from scanner.probe import FRONT, About, Get, HttpDialogue, Page
from scanner.verdict import OK
from scanner.wire import versions

#: The one page behind the log-in that shows no fax: the empty form for a new one.
FORM = Get("/sendfax.php")

#: Where the faxes themselves are; a web server that lists these hands them out [config.php].
RECEIVED = Get("/faxes/recvd/")
SENT = Get("/faxes/sent/")

#: The titles of the log-in page and of all that is behind it [index.tpl, header.tpl].
LOGIN = "- AvantFAX - Login"
WITHIN = "- AvantFAX -"

VERSION = re.compile(rb'content="AvantFAX ([0-9.]{1,12})[,"]')
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Avantfax:
    """A server is open when it shows the form for a new fax, or lists a folder of faxes."""

    about = About(
        name="avantfax",
        title="AvantFAX shows its faxes to anyone",
        ports=frozenset({80, 8080}),
        tls_ports=frozenset({443, 8443}),
        front=FRONT,
        asks=(FRONT, FORM, RECEIVED, SENT, CONTROL),
        proves="a page behind the log-in is shown or a folder of faxes is listed, and a folder "
        "that cannot exist is not found",
        cwe=306,
        remedy=(
            "Forbid listing and direct access to `faxes/` in the web server (`Require all denied`: "
            "AvantFAX hands files out by `file.php`), and put the log-in back into check_login.php."
        ),
        references=("https://github.com/YetOpen/avantfax",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the log-in page, or the page of somebody who is in."""
        known = front.status == OK and front.title in {LOGIN, WITHIN}
        return _service(front) if known else None

    def assess(self, front: Page) -> HttpDialogue:
        """Look for the form that strangers are sent away from, then for lists of faxes."""
        service = _service(front)
        form = yield FORM
        shown = form.status == OK and form.title == WITHIN
        if not shown and not _leads_to_login(form):
            return verdict.not_answered(service, FORM, form)
        held = yield from listed(service, (RECEIVED, SENT))
        if not isinstance(held, tuple):
            return held
        if not shown and not held:
            because = f"{FORM.name} leads to the log-in, and no folder of faxes is listed"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        return (yield from _open(service, held, shown=shown))


def _service(front: Page) -> Service:
    found = VERSION.search(front.body)
    return Service("avantfax", versions.read(found[1].decode()) if found else None)


def _leads_to_login(page: Page) -> bool:
    """Tell whether a stranger is sent to the log-in, as check_login.php does, or shown it."""
    location = page.headers.get("location", "").rpartition("/")[2]
    sent = page.status in REDIRECTS and location == "index.php"
    return sent or (page.status == OK and page.title == LOGIN)


def _open(service: Service, held: tuple[Holding, ...], *, shown: bool) -> HttpDialogue:
    if not shown:
        because = f"lists its folders of faxes without credentials: {total(held)}"
        asked = ", ".join(f"GET {one.name}" for one in held)
        return (yield from proven(service, held, because, (asked, f"listed: {total(held)}")))
    inbox = Holding(name="inbox", kind="queue")
    because = "shows the pages behind its log-in without credentials"
    if held:
        because = f"{because}; lists {total(held)}"
    proof = (FORM.name, "the form of somebody who is logged in")
    return (yield from proven(service, (inbox, *held), because, proof))
