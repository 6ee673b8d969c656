"""HylaFAX: whether a stranger gets a session with the fax server, and how much it lists to him."""

import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass, field

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import (
    About,
    Answer,
    CountLines,
    Exchange,
    Listen,
    NoAnswer,
    StreamAsk,
    StreamDialogue,
)
from scanner.wire import Garbled, lines
from scanner.wire.lines import Reply

#: The longest reply that we ask for is a greeting with warnings and a shutdown notice.
MAX_REPLY = 16 << 10

#: Before it greets, hfaxd looks the caller's name up: a dead resolver costs it 2 x 5 s.
PATIENCE = 12.0


def _ask(command: str) -> Exchange:
    payload = f"{command}\r\n".encode()
    return Exchange(
        name=command,
        encode=lambda: payload,
        framing=lines.frame,
        max_bytes=MAX_REPLY,
    )


def _count(queue: str) -> CountLines:
    command = f"NLST {queue}"
    return CountLines(name=command, command=f"{command}\r\n".encode(), framing=lines.frame)


GREETING = Listen(name="greeting", framing=lines.frame_final, max_bytes=MAX_REPLY, seconds=PATIENCE)
USER = _ask("USER ronde")
WHERE = _ask("PWD")
CONTROL = _ask("RONDE")
STATUS = _ask("STAT")

#: For this session only: should the server send rows in spite of NLST, then without the numbers
#: and names that they hold by default.
FORMATS = (_ask('RCVFMT "%f"'), _ask('JOBFMT "%j"'))
EXTENDED, PASSIVE = _ask("EPSV"), _ask("PASV")
QUEUES = {queue: _count(queue) for queue in ("recvq", "doneq", "sendq")}
QUIT = _ask("QUIT")

PRODUCT = re.compile(
    r"(?<! SNPP) server \(HylaFAX .{0,40}Version (?P<version>\d{1,3}(?:\.\d{1,5}){1,3})?"
)
#: Two greetings that name no version: shut down by its operator, and unable to start.
SHUT_DOWN = " HylaFAX server shut down;"
FAILED = " server cannot initialize:"
SHUT_FOR_ALL = "hfaxd is shut down for all but its administrators"
FOLDER = re.compile(r'"[^"]*" is the current directory')
#: How the status of a session says that it may do what an operator may [HylaFAXServer.c++].
PRIVILEGED = re.compile(r" +Logged in as user ronde \(uid \d+\) \(with administrative privileges\)")

#: Codes of RFC 959, as hfaxd uses them.
GREETED = 220
GOODBYE = 221
COUNTED = 226
LOGGED_IN = 230
FOLDER_IS = 257
PASSWORD = 331
NO_SERVICE = frozenset({420, 421, GOODBYE})
NOT_RECOGNISED = 500
REFUSED = 530


class Hylafax:
    """A fax server is open when it gives a session to a name that it cannot know."""

    about = About(
        name="hylafax",
        title="HylaFAX gives a session to anyone",
        ports=frozenset({4559}),
        front=GREETING,
        asks=(
            GREETING,
            USER,
            CONTROL,
            WHERE,
            STATUS,
            *FORMATS,
            EXTENDED,
            PASSIVE,
            *QUEUES.values(),
            QUIT,
        ),
        proves="a session was given without a password, and an unknown command is refused in it",
        cwe=306,
        remedy=(
            "Give every line of `hosts.hfaxd` a password field, and anchor each pattern with an @ "
            "(`^user@10\\.1\\.2\\.3$:uid:password`), or it matches more hosts than it names. Let "
            "only the fax clients reach 4559, and nobody 444 where nobody pages."
        ),
        references=("https://manpages.ubuntu.com/manpages/focal/en/man5/hosts.hfaxd.5.html",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise hfaxd by its greeting, whatever warnings came before it."""
        greeting = lines.decode(front.data)
        found = PRODUCT.search(greeting.text)
        if greeting.code == GREETED and found:
            return Service("hylafax", found["version"])
        shut_down = greeting.code == GREETED and SHUT_DOWN in greeting.text
        failed = greeting.code in NO_SERVICE and FAILED in greeting.text
        return Service("hylafax") if shut_down or failed else None

    def assess(self, front: Answer) -> StreamDialogue:
        """Give our name once and never a password; then take leave, whatever the answer was."""
        service = self.identify(front) or Service("hylafax")
        if settled := _settled(service, lines.decode(front.data)):
            yield from _leave()
            return settled
        named = lines.decode((yield USER).data)
        if named.code == LOGGED_IN:
            return (yield from _session(service))
        yield from _leave()
        return _refused(service, named)


def _settled(service: Service, greeting: Reply) -> Outcome | None:
    """Give the verdict of a greeting after which there is nothing to ask."""
    if greeting.code in NO_SERVICE:
        return Unknown(Silence.BUSY, "hfaxd is there, but cannot start", service)
    if SHUT_DOWN in greeting.text:
        return Unknown(Silence.BUSY, SHUT_FOR_ALL, service)
    return None


def _leave() -> Generator[StreamAsk, Answer, None]:
    """Take leave; a server that has closed already does not mind."""
    with suppress(NoAnswer):
        yield QUIT


def _refused(service: Service, named: Reply) -> Outcome:
    if named.code == PASSWORD:
        # Also said to names that it does not know and with no list of hosts at all [User.c++].
        because = "a password is demanded of our name from our address"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if named.code == REFUSED:
        because = "the list of hosts refuses our name or our address"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if named.code in NO_SERVICE:
        return Unknown(Silence.BUSY, f"{USER.name} answered {named.code}", service)
    return Unknown(Silence.HALF_PROOF, f"{USER.name} answered {named.code}", service)


def _session(service: Service) -> StreamDialogue:
    """Prove the session from both sides, then count what it lists."""
    control = lines.decode((yield CONTROL).data)
    where = lines.decode((yield WHERE).data)
    if missing := _missing(control, where):
        yield from _leave()
        return Unknown(*missing, service)
    seen = yield from _looked_around()
    rights = " and administrative privileges" if seen.privileged else ""
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"our name got a session{rights} without a password; {_listed(seen.counts)}",
        proof=Proof(
            f"{USER.name}, {WHERE.name}",
            "a session, and the folder that it is in",
            f"{CONTROL.name} was refused as an unknown command",
        ),
        holdings=tuple(
            # What the world may not read is not listed: none listed is not none stored.
            Holding(name=queue, kind="queue", records=seen.counts.get(queue) or None)
            for queue in QUEUES
        ),
    )


def _missing(control: Reply, where: Reply) -> tuple[Silence, str] | None:
    """Name the side of the proof that is missing."""
    if {control.code, where.code} & NO_SERVICE:
        return Silence.BUSY, SHUT_FOR_ALL
    if control.code != NOT_RECOGNISED or "not recognized" not in control.text:
        return Silence.HALF_PROOF, f"the control {CONTROL.name} was not refused as unknown"
    if where.code != FOLDER_IS or not FOLDER.match(where.text):
        return Silence.HALF_PROOF, f"{USER.name} was welcomed, but {WHERE.name} named no folder"
    return None


@dataclass(slots=True)
class _Seen:
    """What a session was told: what it may do, and how much each queue lists."""

    privileged: bool = False
    counts: dict[str, int] = field(default_factory=dict)


def _looked_around() -> Generator[StreamAsk, Answer, _Seen]:
    """Read the rights and count the queues. The proof stands: a silence costs only the rest."""
    seen = _Seen()
    with suppress(NoAnswer, Garbled):
        seen.privileged = any(map(PRIVILEGED.fullmatch, lines.decode((yield STATUS).data).lines))
        for narrow in FORMATS:  # noqa: UP028 - a tuple cannot be sent the replies
            yield narrow
        for queue, listing in QUEUES.items():
            answer = yield listing.at((yield from _data_port()))
            if lines.decode(answer.data).code == COUNTED:
                seen.counts[queue] = answer.lines
        yield QUIT
    return seen


def _data_port() -> Generator[StreamAsk, Answer, int]:
    """Have a data port opened; PASV, which names an address, only where EPSV is unknown."""
    extended = lines.decode((yield EXTENDED).data)
    if extended.code < NOT_RECOGNISED:
        return lines.extended_passive_port(extended)
    return lines.passive_port(lines.decode((yield PASSIVE).data))


def _listed(counts: dict[str, int]) -> str:
    if not counts:
        return "its queues could not be counted"
    return "listed: " + ", ".join(f"{count} in {queue}" for queue, count in counts.items())
