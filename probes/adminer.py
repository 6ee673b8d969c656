"""Adminer: that a console of databases stands here. Its log-in is the database's own."""

import re

from scanner.model import Access, Assessment, Service
from scanner.probe import FRONT, About, HttpDialogue, Page
from scanner.verdict import OK

#: Its pages take their looks from themselves, and name their version there.
LOOKS = re.compile(rb"\?file=default\.css&(?:amp;)?version=(\d{1,3}(?:\.\d{1,5}){1,3})")

#: The form by which a visitor says which server he wants, and who he is.
FORM = b"auth[password]"


class Adminer:
    """A console is locked: it knows no account, so whoever comes must bring one."""

    about = About(
        name="adminer",
        title="Adminer can be reached",
        ports=frozenset({80, 8080, 8081}),
        tls_ports=frozenset({443, 8443}),
        front=FRONT,
        asks=(FRONT,),
        proves="nothing: it has no account of its own, and asks every visitor for one",
        cwe=306,
        remedy=(
            "Take it away when the work is done, or let only administrators reach it: it connects "
            "to whatever server a visitor names, and old versions read files of its host."
        ),
        references=("https://www.adminer.org/en/",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the log-in, in any language."""
        found = LOOKS.search(front.body)
        if front.status != OK or found is None or FORM not in front.body:
            return None
        return Service("adminer", found[1].decode())

    def assess(self, front: Page) -> HttpDialogue:
        """Say what is known: the front page told it all."""
        yield from ()
        service = self.identify(front) or Service("adminer")
        because = "shows nothing but the form that asks for an account of a database"
        return Assessment(access=Access.LOCKED, service=service, because=because)
