"""Paging by SNPP: which server introduces itself. Nothing is said to it but a farewell."""

import re
from contextlib import suppress

from probes.hylafax import FAILED, GREETED, GREETING, NO_SERVICE, QUIT
from scanner.model import Access, Assessment, Service, Silence, Unknown
from scanner.probe import About, Answer, NoAnswer, StreamDialogue
from scanner.wire import lines
from scanner.wire.lines import Reply

HYLAFAX = re.compile(
    r" SNPP server \(HylaFAX .{0,40}Version (?P<version>\d{1,3}(?:\.\d{1,5}){1,3})?"
)
#: How hfaxd greets on its paging port while its operator has shut it down [SNPPServer.c++].
UNAVAILABLE = " SNPP server unavailable;"
SNPP = re.compile(r"\bSNPP\b")


class Snpp:
    """A pager is only identified: `LOGI`, which would tell more, opens a job."""

    about = About(
        name="snpp",
        title="A paging server introduces itself",
        ports=frozenset({444}),
        front=GREETING,
        asks=(GREETING, QUIT),
        proves="nothing: the greeting names the server; its log-in is never tried",
        cwe=1327,
        remedy=(
            "Drop `-s 444` from hfaxd where nobody pages, or let only those who page reach the "
            "port: hfaxd's `-l` (BINDTO) binds 4559 alone, and 444 stays open on every address."
        ),
        references=("https://www.rfc-editor.org/rfc/rfc1861",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a pager by its greeting, hfaxd's among them."""
        return _service(lines.decode(front.data))

    def assess(self, front: Answer) -> StreamDialogue:
        """Take leave; the greeting has said what there is to say."""
        greeting = lines.decode(front.data)
        service = _service(greeting) or Service("snpp")
        with suppress(NoAnswer):
            yield QUIT
        if greeting.code in NO_SERVICE:
            return Unknown(Silence.BUSY, f"the greeting is {greeting.code}", service)
        because = "the paging port introduces itself; no log-in was tried"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)


def _service(greeting: Reply) -> Service | None:
    """Name the server that greets so; None where it is no pager."""
    if greeting.code in NO_SERVICE:
        known = UNAVAILABLE in greeting.text or FAILED in greeting.text
        return Service("hylafax-snpp") if known else None
    if greeting.code != GREETED or not SNPP.search(greeting.text):
        return None
    found = HYLAFAX.search(greeting.text)
    return Service("hylafax-snpp", found["version"]) if found else Service("snpp")
