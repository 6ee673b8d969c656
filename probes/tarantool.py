"""Tarantool: which spaces a stranger, who is the user `guest`, can see and read."""

import re
from collections.abc import Generator
from dataclasses import dataclass

from scanner.fieldnames import bounded, schema_names
from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, Listen, StreamAsk, StreamDialogue
from scanner.wire import Garbled, iproto, versions
from scanner.wire.iproto import ACCESS_DENIED, NO_SUCH_SPACE, Reply

#: A reply that holds no tuple, or an error, stays below 500 bytes.
MAX_SMALL = 4096

#: Longer lists of names belong on the server; a listing is no longer either.
MAX_HOLDINGS = 2_000

#: The server itself allows 65,000 characters; those of people stay below this.
MAX_NAME = 255

#: How many spaces are tried. Whoever may read one may mostly read all.
MAX_TRIED = 20

#: The schema as the caller may see it, and as it is (src/box/schema_def.h of Tarantool).
VSPACE_ID = 281
SPACE_ID = 280

#: Spaces below this number are the server's own.
FIRST_OF_TEAM = 512

#: The largest number that a space may have is 2,147,483,647; nobody made this one.
NO_SPACE = 2_147_483_000

#: The members of a space in the schema.
ID, NAME, FORMAT = 0, 2, 6

#: What stands for a number in the argument of an ask.
NUMBER = re.compile(r"[0-9]{1,10}")


def _select(name: str, space: int, limit: int, max_bytes: int = MAX_SMALL) -> Exchange:
    return Exchange(
        name=name,
        encode=lambda: iproto.select(space, limit),
        framing=iproto.frame,
        max_bytes=max_bytes,
    )


def _none_of(space: str) -> bytes:
    """Ask for none of the tuples of a space: whether we may, and nothing else."""
    return iproto.select(int(space) if NUMBER.fullmatch(space) else NO_SPACE, 0)


GREETING = Listen(name="greeting", framing=iproto.frame_greeting, max_bytes=MAX_SMALL)
LISTING = _select("SELECT _vspace", VSPACE_ID, MAX_HOLDINGS, iproto.MAX_REPLY)
CONTROL = _select("SELECT ronde-no-such-space", NO_SPACE, 0)
SCHEMA = _select("SELECT none of _space", SPACE_ID, 0)
NONE_OF = Exchange(
    name="SELECT none of a space", encode=_none_of, framing=iproto.frame, max_bytes=MAX_SMALL
)


@dataclass(frozen=True, slots=True)
class Space:
    """One space of the team: its number, and what is reported of it."""

    number: int
    holding: Holding


class Tarantool:
    """A server is open when `guest` may read a space, and one that cannot exist is refused."""

    about = About(
        name="tarantool",
        title="Tarantool lets guests read its spaces",
        ports=frozenset({3301, 3302, 3303, 3313}),
        front=GREETING,
        asks=(GREETING, LISTING, CONTROL, SCHEMA, NONE_OF),
        proves="a space may be read without a login, and one that cannot exist is refused as such",
        cwe=306,
        remedy=(
            "Take the rights of `guest` away (`box.schema.user.revoke('guest', …)`) and give them "
            "to users with passwords; let only the hosts that need it reach the port, and never "
            "put the text console on TCP."
        ),
        references=("https://www.tarantool.io/en/doc/latest/admin/access_control/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the greeting, which comes before any login."""
        greeting = iproto.greeting(front.data)
        return Service("tarantool", versions.read(greeting.version), greeting.identity)

    def assess(self, front: Answer) -> StreamDialogue:
        """See which spaces are shown to `guest`, and whether one of them may be read."""
        service = self.identify(front) or Service("tarantool")
        if service.identity is None:
            # What the console is told to run, it runs as administrator: nothing may be sent.
            return _half_proof(service, "a text console greets everybody; nothing was said to it")
        listing = iproto.decode((yield LISTING).data)
        if listing.error:
            return _refused(service, LISTING, listing)
        spaces = _spaces(listing)
        control = iproto.decode((yield CONTROL).data)
        if control.error != NO_SUCH_SPACE:
            return _half_proof(service, f"the control {CONTROL.name} was not refused as missing")
        all_of_them = iproto.decode((yield SCHEMA).data)
        readable = yield from _readable(spaces)
        if all_of_them.error and not spaces:
            return _refused(service, SCHEMA, all_of_them)
        is_open = bool(readable) or not all_of_them.error
        return Assessment(
            access=Access.OPEN if is_open else Access.PARTIAL,
            service=service,
            because=_because(len(spaces), is_open=is_open, anything=not all_of_them.error),
            proof=Proof(
                f"{LISTING.name}, {NONE_OF.name}",
                f"{len(spaces)} spaces listed, {readable} of those tried may be read",
                f"{CONTROL.name} was refused with error {NO_SUCH_SPACE}, no such space",
            ),
            holdings=tuple(space.holding for space in spaces),
            holdings_total=len(spaces),
        )


def _refused(service: Service, ask: StreamAsk, reply: Reply) -> Outcome:
    """Settle a server that shows `guest` nothing of the team's."""
    if reply.error != ACCESS_DENIED:
        return _half_proof(service, f"{ask.name} was refused with error {reply.error}")
    because = f"{ask.name} is refused to guests, and no space is shown to them"
    return Assessment(access=Access.LOCKED, service=service, because=because)


def _spaces(listing: Reply) -> list[Space]:
    """Read the spaces of the team; all that is kept of one is its name and those of its fields."""
    rows = [list(row.elements()) for row in Json(listing.rows).elements()]
    if any(len(row) <= FORMAT for row in rows):
        raise Garbled("expected seven members of a space")
    return [
        Space(row[ID].integer(), _holding(row))
        for row in rows
        if row[ID].integer() >= FIRST_OF_TEAM
    ]


def _holding(row: list[Json]) -> Holding:
    fields = [field["name"].text() for field in row[FORMAT].elements() if field.is_object]
    return Holding(
        name=row[NAME].text()[:MAX_NAME], kind="space", fields=bounded(schema_names(fields))
    )


def _readable(spaces: list[Space]) -> Generator[StreamAsk, Answer, int]:
    """Count the spaces of which a tuple would have been handed over, had one been asked for."""
    readable = 0
    for space in spaces[:MAX_TRIED]:
        tried = iproto.decode((yield NONE_OF.fill(str(space.number))).data)
        readable += not tried.error
    return readable


def _because(spaces: int, *, is_open: bool, anything: bool) -> str:
    if anything:
        return f"lets guests read its schema; spaces listed: {spaces}"
    if is_open:
        return f"lets guests read spaces; spaces listed: {spaces}"
    return f"shows spaces to guests, and lets them read none that was tried: {spaces}"


def _half_proof(service: Service, missing: str) -> Unknown:
    return Unknown(Silence.HALF_PROOF, missing, service)
