"""Memcached and what speaks its text protocol: how much a stranger may fetch or overwrite."""

import re
from collections.abc import Mapping

from scanner.jsonview import Json
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.wire import counts, memcached, versions
from scanner.wire.memcached import Line, Reply

#: `stats` of 1.6 takes 2,210 bytes.
MAX_STATS = 64 << 10


def _ask(word: str) -> Exchange:
    return Exchange(
        name=word,
        encode=lambda: word.encode() + b"\r\n",
        framing=memcached.frame,
        max_bytes=MAX_STATS,
    )


VERSION = _ask("version")
STATS = _ask("stats")
CONTROL = _ask("ronde_no_such_command")

#: How `-Y` demands a password of a caller who speaks text, since 1.5.15.
UNAUTHENTICATED = Line("CLIENT_ERROR", "unauthenticated")

#: How a command is refused that no server has.
UNKNOWN_COMMAND = Line("ERROR", "")

#: How a server refuses that has as many connections as it may have.
FULL = "Too many open connections"

#: Who else answers `version`, by the word before the number.
RELATIVES = ("mcrouter", "Infinispan")
NUMBER = re.compile(r"(?:[A-Za-z]+ )?(\S+)")


class Memcached:
    """A server is open when it counts its items and refuses a command that no server has."""

    about = About(
        name="memcached",
        title="Memcached answers without a password",
        ports=frozenset({11211}),
        front=VERSION,
        asks=(VERSION, STATS, CONTROL),
        proves="the items of the cache are counted, and an unknown command is refused",
        cwe=306,
        remedy=(
            "Bind to the addresses that need it (`-l`), let only the application servers reach the "
            "port, and demand a password (`-Y` with `-Z` for TLS, or `-S` with SASL). Keep UDP off "
            "(`-U 0`): it makes the server an amplifier of attacks on others."
        ),
        references=("https://docs.memcached.org/features/authentication/",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by its version, or by the words of its refusal."""
        said = memcached.decode(front.data)
        if not isinstance(said, Line):
            return None
        if said == UNAUTHENTICATED or said.text.startswith(FULL):
            return Service("memcached")
        return named(said.text) if said.word == "VERSION" else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Let the server count its items, then ask it for nonsense."""
        service = self.identify(front) or Service("memcached")
        if shut := _shut(service, VERSION, memcached.decode(front.data)):
            return shut
        stats = memcached.decode((yield STATS).data)
        if shut := _shut(service, STATS, stats):
            return shut
        items = _count(stats, "curr_items")
        if items is None:
            return _half_proof(service, f"{STATS.name} counted no items")
        if memcached.decode((yield CONTROL).data) != UNKNOWN_COMMAND:
            return _half_proof(service, f"the control {CONTROL.name} was not refused as unknown")
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"counts its items without a password: {items}",
            proof=Proof(
                STATS.name,
                f"{items} items counted",
                f"{CONTROL.name} was refused as an unknown command",
            ),
            holdings=(
                Holding(name="cache", kind="cache", records=items, bytes=_count(stats, "bytes")),
            ),
        )


def named(text: str) -> Service:
    """Name the product: relatives put their name before the number."""
    product = next((name.lower() for name in RELATIVES if text.startswith(name)), "memcached")
    number = NUMBER.fullmatch(text)
    return Service(product, versions.read(number[1]) if number else None)


def _shut(service: Service, ask: Exchange, said: Reply) -> Outcome | None:
    """Give the verdict of an answer that ends the conversation."""
    if said == UNAUTHENTICATED:
        because = f"{ask.name} demands a password"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if isinstance(said, Line) and said.text.startswith(FULL):
        return Unknown(Silence.BUSY, "the server has as many clients as it may have", service)
    return None


def _count(stats: Reply, name: str) -> int | None:
    return counts.read(Json(stats.get(name))) if isinstance(stats, Mapping) else None


def _half_proof(service: Service, missing: str) -> Unknown:
    return Unknown(Silence.HALF_PROOF, missing, service)
