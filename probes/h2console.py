"""H2's console: that one stands here, and whether it speaks to other hosts."""

import re

from scanner.model import Access, Assessment, Service
from scanner.probe import FRONT, About, HttpDialogue, Page
from scanner.verdict import OK

TITLE = "H2 Console"

#: Every path leads to the log-in, each time with a session of its own.
LOG_IN = re.compile(rb"location\.href = 'login\.jsp\?jsessionid=[0-9a-f]{32}'")

#: What another host is told instead, unless the console was started with this option.
NOT_ALLOWED = b"Sorry, remote connections ('webAllowOthers') are disabled on this server."

SERVICE = Service("h2-console")


class H2Console:
    """A console that speaks to us is identified; its log-in takes the address of any database."""

    about = About(
        name="h2console",
        title="An H2 console can be reached",
        ports=frozenset({8082}),
        front=FRONT,
        asks=(FRONT,),
        proves="nothing: behind the log-in stands whatever database a visitor names",
        cwe=306,
        remedy=(
            "Start it without `-webAllowOthers` (in Spring, without "
            "`spring.h2.console.settings.web-allow-others`) and without `-ifNotExists`; a console "
            "that makes databases for its visitors runs their code."
        ),
        references=("https://h2database.com/html/security.html",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the way to the log-in, or the refusal of other hosts."""
        ours = front.status == OK and front.title == TITLE
        return SERVICE if ours and (_leads_on(front) or NOT_ALLOWED in front.body) else None

    def assess(self, front: Page) -> HttpDialogue:
        """Say what is known: the front page told it all."""
        yield from ()
        if not _leads_on(front):
            because = "lets only its own host in"
            return Assessment(access=Access.LOCKED, service=SERVICE, because=because)
        because = "lets other hosts in as far as its log-in, which was not tried"
        return Assessment(access=Access.IDENTIFIED, service=SERVICE, because=because)


def _leads_on(front: Page) -> bool:
    return LOG_IN.search(front.body) is not None
