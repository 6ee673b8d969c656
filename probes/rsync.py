"""rsync daemons: which of the modules that they list open without a password."""

import re
from collections.abc import Generator
from dataclasses import dataclass, field

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import (
    HANG_UP,
    About,
    Answer,
    Exchange,
    Listen,
    NoAnswer,
    StreamAsk,
    StreamDialogue,
)
from scanner.verdict import half_proof
from scanner.wire import rsync

#: 4,000 modules of 60 bytes.
MAX_REPLY = 256 << 10

#: Each module is asked on a connection of its own, of which a conversation may have sixteen.
MAX_ASKED = 12

#: Protocol 31 is spoken since 3.1.0 of 2013; an older server answers in its own.
HELLO = b"@RSYNCD: 31.0\n"

#: What may stand in a section of rsyncd.conf and cannot be taken for a command of the daemon.
NAME = re.compile(r"[^#@\s\N{REPLACEMENT CHARACTER}][^\r\n\N{REPLACEMENT CHARACTER}]{0,254}")


def _module(name: str) -> bytes:
    return HELLO + name.encode() + b"\n"


GREETING = Listen(name="greeting", framing=rsync.frame_greeting, max_bytes=rsync.MAX_LINE)
LISTING = Exchange(
    name="listing of modules",
    encode=lambda: _module(""),
    framing=rsync.frame_answer,
    max_bytes=MAX_REPLY,
)
MODULE = Exchange(name="module {}", encode=_module, framing=rsync.frame_answer, max_bytes=MAX_REPLY)
CONTROL = Exchange(
    name="module ronde-no-such-share",
    encode=lambda: _module("ronde-no-such-share"),
    framing=rsync.frame_answer,
    max_bytes=MAX_REPLY,
)

OPENED = b"@RSYNCD: OK"
WANTS_PASSWORD = b"@RSYNCD: AUTHREQD "
UNKNOWN_MODULE = b"@ERROR: Unknown module"
DENIED = b"@ERROR: access denied"
FULL = b"@ERROR: max connections"


class Rsync:
    """A daemon is open when a module opens and one that cannot exist is unknown."""

    about = About(
        name="rsync",
        title="rsync opens its modules without a password",
        ports=frozenset({873}),
        tls_ports=frozenset({874}),
        front=GREETING,
        asks=(GREETING, LISTING, MODULE, CONTROL, HANG_UP),
        proves="a module opens without a password, and one that cannot exist is unknown",
        cwe=306,
        remedy=(
            "Give every module of rsyncd.conf `auth users` and a `secrets file`, narrow `hosts "
            "allow`, leave `read only` on, and let rsync run over SSH where it can."
        ),
        references=("https://download.samba.org/pub/rsync/rsyncd.conf.5",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a daemon by its greeting; the number in it is the protocol's, not its own."""
        return Service("rsync") if front.data.startswith(rsync.PREFIX) else None

    def assess(self, front: Answer) -> StreamDialogue:
        """List the modules, ask for one that cannot exist, then for each: never for a file."""
        service = self.identify(front) or Service("rsync")
        listing = (yield LISTING).data
        end = rsync.answer(listing)
        if end.startswith(rsync.ERROR):
            return _not_listed(service, end)
        modules = [name for name in rsync.modules(listing) if NAME.fullmatch(name)]
        if not modules:
            because = (
                "lists no module; one that is hidden opens by its name, which would be a guess"
            )
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        if not (yield from _answered(CONTROL)).startswith(UNKNOWN_MODULE):
            return half_proof(service, f"the control, {CONTROL.name}, was not unknown")
        met = _Met(len(modules))
        for name in modules[:MAX_ASKED]:
            try:
                met.note(name, (yield from _answered(MODULE.fill(name))))
            except NoAnswer:  # one silent module is no reason to forget the others
                met.note(name, b"")
        yield HANG_UP  # a module that was opened waits for a request that never comes
        return met.verdict(service)


def _answered(ask: Exchange) -> Generator[StreamAsk, Answer, bytes]:
    """Put one request on a connection of its own: a daemon serves one each."""
    yield HANG_UP
    yield GREETING
    return rsync.answer((yield ask).data)


def _not_listed(service: Service, end: bytes) -> Outcome:
    if end.startswith(FULL):
        return Unknown(Silence.BUSY, "as many connections as it may have", service)
    return half_proof(service, f"{LISTING.name} was refused")


@dataclass(slots=True)
class _Met:
    """How the modules answered, of all that are listed."""

    listed: int
    opened: list[str] = field(default_factory=list)
    locked: int = 0
    denied: int = 0
    other: int = 0

    def note(self, name: str, said: bytes) -> None:
        """Count one answer."""
        if said.startswith(OPENED):
            self.opened.append(name)
        elif said.startswith(WANTS_PASSWORD):
            self.locked += 1
        elif said.startswith(DENIED):
            self.denied += 1
        else:
            self.other += 1

    def verdict(self, service: Service) -> Outcome:
        """Sum them up: one open door is enough, one shut door makes it partial."""
        asked = min(self.listed, MAX_ASKED)
        if self.opened:
            return self._open(service, asked)
        if self.locked:
            because = f"of {asked} modules, {self.locked} ask for a password and none opens"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        if self.denied:
            because = "only `hosts allow` keeps us out; whether a password is asked is not told"
            return Assessment(access=Access.SHIELDED, service=service, because=because)
        return half_proof(service, f"none of {asked} modules could be opened")

    def _open(self, service: Service, asked: int) -> Assessment:
        return Assessment(
            access=Access.OPEN if len(self.opened) == asked else Access.PARTIAL,
            service=service,
            because=f"{len(self.opened)} of {asked} modules open without a password",
            proof=Proof(
                MODULE.name, "the module was opened", f"{CONTROL.name} was refused as unknown"
            ),
            holdings=tuple(Holding(name=name, kind="module") for name in self.opened),
            holdings_total=len(self.opened) if asked == self.listed else None,
        )
