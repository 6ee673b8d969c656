"""VNC: whether a server shows its screen to a caller who gives no password."""

from collections.abc import Generator

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
from scanner.wire import rfb

#: Version 3.8 is the first that tells the result of every security type [RFC 6143, 7.1.3].
TELLS_RESULTS = (3, 8)

NONE = 1

#: No security type has this number [the registry of RFC 6143, 8.2.1].
NO_TYPE = 0xF0

#: Longer than any list of types or reason of a real server.
MAX_REPLY = 8192

GREETING = Listen(name="greeting", framing=rfb.frame_version, max_bytes=64)
VERSION = Exchange(
    name="version 3.8",
    encode=lambda: b"RFB 003.008\n",
    framing=rfb.frame_types,
    max_bytes=MAX_REPLY,
)


def _choice(name: str, number: int) -> Exchange:
    return Exchange(
        name=name,
        encode=lambda: bytes([number]),
        framing=rfb.frame_result,
        max_bytes=MAX_REPLY,
    )


CHOICE = _choice("security type None", NONE)
CONTROL = _choice("security type 240", NO_TYPE)


class Vnc:
    """A server is open when it accepts the type None and refuses one that does not exist."""

    about = About(
        name="vnc",
        title="VNC shows its screen without a password",
        ports=frozenset(range(5900, 5910)),
        front=GREETING,
        asks=(GREETING, VERSION, CHOICE, CONTROL, HANG_UP),
        proves="no authentication is accepted, and a security type that does not exist is refused",
        cwe=306,
        remedy=(
            "Set a password or, better, `VeNCrypt`/`TLSVnc` with accounts of the system "
            "(`-SecurityTypes`), bind the server to loopback and reach it through SSH."
        ),
        references=("https://www.rfc-editor.org/rfc/rfc6143",),
        runs_code=True,
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by its greeting; the number in it is the protocol's."""
        rfb.version(front.data)
        return Service("vnc")

    def assess(self, front: Answer) -> StreamDialogue:
        """See which types are offered. A session is never begun: no screen is asked for."""
        service = self.identify(front) or Service("vnc")
        if rfb.version(front.data) < TELLS_RESULTS:
            because = "speaks a version of the protocol that tells no result; nothing was chosen"
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        offered = rfb.types((yield VERSION).data)
        if not offered:
            return Unknown(
                Silence.BUSY, "refuses everybody now, perhaps after failed attempts", service
            )
        if NONE not in offered:
            because = "offers no security type that goes without a credential"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        return (yield from _without_password(service))


def _without_password(service: Service) -> Generator[StreamAsk, Answer, Outcome]:
    """Choose what does not exist first: servers count what fails until something succeeds."""
    if not (yield from _is_refused()):
        return half_proof(service, f"the control, {CONTROL.name}, was not refused")
    yield HANG_UP
    yield GREETING
    yield VERSION
    accepted = (yield CHOICE).data == bytes(4)
    yield HANG_UP  # before a session could begin
    if not accepted:
        return half_proof(service, f"{CHOICE.name} is offered, but was not accepted")
    return Assessment(
        access=Access.OPEN,
        service=service,
        because="accepts a caller without any authentication",
        proof=Proof(CHOICE.name, "the result is OK", f"{CONTROL.name} was refused"),
        holdings=(Holding(name="desktop", kind="screen"),),
    )


def _is_refused() -> Generator[StreamAsk, Answer, bool]:
    """Tell whether the control fails; many servers say so by closing."""
    try:
        return (yield CONTROL).data != bytes(4)
    except NoAnswer as none:
        return none.silence in {Silence.CLOSED, Silence.RESET}
