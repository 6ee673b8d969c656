"""FTP: whether `anonymous` gets a session, where the scope allows the name to be used."""

from collections.abc import Generator
from contextlib import suppress

from probes.ftp import GREETING, MAX_REPLY, NO_SERVICE, QUIT, REFERENCES, recognised
from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import lines
from scanner.wire.lines import Reply


def _ask(command: str) -> Exchange:
    payload = f"{command}\r\n".encode()
    return Exchange(name=command, encode=lambda: payload, framing=lines.frame, max_bytes=MAX_REPLY)


USER = _ask("USER anonymous")
#: What RFC 1635 asks of guests: an address, as a courtesy.
COURTESY = _ask("PASS ronde@")
WHERE = _ask("PWD")
CONTROL = _ask("RONDE")

#: Codes of RFC 959 and, for TLS, of RFC 4217.
LOGGED_IN = 230
FOLDER_IS = 257
WANTS_PASSWORD = 331
WANTS_TLS = frozenset({522, 534, 550})
REFUSED = frozenset({332, 430, 530, 532})
UNKNOWN_COMMAND = frozenset({500, 502})


class Ftpanon:
    """A server is open when `anonymous` gets a session and an unknown command is refused in it."""

    about = About(
        name="ftpanon",
        title="FTP lets anonymous in",
        ports=frozenset({21, 2121}),
        tls_ports=frozenset({990}),
        front=GREETING,
        asks=(GREETING, USER, COURTESY, WHERE, CONTROL, QUIT),
        proves="`anonymous` gets a session, and an unknown command is refused in it",
        cwe=306,
        remedy=(
            "Switch anonymous access off (vsftpd: `anonymous_enable=NO`; ProFTPD: take the "
            "`<Anonymous>` section out; Pure-FTPd: `NoAnonymous yes`; IIS: disable Anonymous "
            "Authentication), or serve what is public over HTTPS."
        ),
        references=REFERENCES,
        needs="ftp_anonymous",
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by its greeting, and no mail or fax server."""
        return recognised(lines.decode(front.data))

    def assess(self, front: Answer) -> StreamDialogue:
        """Introduce ourselves as a guest, see where we are, and take leave: nothing is listed."""
        greeting = lines.decode(front.data)
        service = recognised(greeting) or Service("ftp")
        if greeting.code == NO_SERVICE:
            return Unknown(Silence.BUSY, "the greeting is 421", service)
        said = lines.decode((yield USER).data)
        if said.code == WANTS_PASSWORD:
            said = lines.decode((yield COURTESY).data)
        if said.code != LOGGED_IN:
            yield from _leave()
            return _refused(service, said)
        control = lines.decode((yield CONTROL).data)
        where = lines.decode((yield WHERE).data)
        yield from _leave()
        return _session(service, control, where)


def _leave() -> Generator[StreamAsk, Answer, None]:
    with suppress(NoAnswer):
        yield QUIT


def _refused(service: Service, said: Reply) -> Outcome:
    if said.code in REFUSED:
        because = f"refuses a session to `anonymous` with {said.code}"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if said.code in WANTS_TLS:
        because = "refuses us in clear text; what it asks for inside TLS is not told"
        return Assessment(access=Access.IDENTIFIED, service=service, because=because)
    if said.code == NO_SERVICE:
        return Unknown(Silence.BUSY, f"{USER.name} answered 421", service)
    return half_proof(service, f"{USER.name} answered {said.code}")


def _session(service: Service, control: Reply, where: Reply) -> Outcome:
    if control.code not in UNKNOWN_COMMAND:
        return half_proof(service, f"the control, {CONTROL.name}, was not refused as unknown")
    if where.code != FOLDER_IS:
        return half_proof(service, f"{USER.name} was welcomed, but {WHERE.name} named no folder")
    return Assessment(
        access=Access.OPEN,
        service=service,
        because="gives a session to `anonymous`",
        proof=Proof(
            f"{USER.name}, {WHERE.name}",
            "a session, and the folder that it is in",
            f"{CONTROL.name} was refused as an unknown command",
        ),
        holdings=(Holding(name="the guest's folder", kind="folder"),),
    )
