"""Hazelcast, recognised by its REST API; nothing that it keeps can be asked for harmlessly."""

import re

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Service
from scanner.probe import About, Get, HttpDialogue, Page
from scanner.verdict import OK
from scanner.wire import Garbled, versions

#: A member takes 130 bytes, so this is a cluster of 4,000.
MAX_MEMBERS = 512 << 10

MEMBERS = Get("/hazelcast/rest/cluster", max_bytes=MAX_MEMBERS)

#: How 3.x lists its members, in plain text.
OLD = re.compile(rb"\s*Members \[\d{1,5}\] \{")


class Hazelcast:
    """A member is identified: its maps have no listing, and asking for one by name makes it."""

    about = About(
        name="hazelcast",
        title="Hazelcast tells its members to anyone",
        ports=frozenset({5701, 5702, 5703}),
        front=MEMBERS,
        asks=(MEMBERS,),
        proves="nothing: the members are listed wherever the REST API is switched on",
        cwe=306,
        remedy=(
            "Switch the REST API off, or at least its group `DATA`, which reads and writes maps; "
            "switch on security (Enterprise), and let only members and clients reach 5701 to 5703."
        ),
        references=("https://docs.hazelcast.com/hazelcast/latest/security/overview",),
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise the list of members, as JSON since 4.0 and as text before."""
        if front.status != OK:
            return None
        if OLD.match(front.body):
            return Service("hazelcast")
        try:
            return _listed(front.json())
        except Garbled:
            return None

    def assess(self, front: Page) -> HttpDialogue:
        """Say what is known: no page of the data can be asked for without making or reading one."""
        service = self.identify(front) or Service("hazelcast")
        yield from ()
        return Assessment(
            access=Access.IDENTIFIED,
            service=service,
            because="lists its members over REST; no map can be asked for harmlessly",
        )


def _listed(told: Json) -> Service | None:
    """Read the version of the first member; of addresses and identities nothing is kept."""
    told["connectionCount"].integer()
    member = next(told["members"].elements(), None)
    if member is None:
        return None
    member["uuid"].text()
    return Service("hazelcast", versions.read(member["memberVersion"].value))
