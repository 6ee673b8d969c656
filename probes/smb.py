"""SMB: which shares a session without a name lists, and which of them it may enter."""

from collections.abc import Callable, Generator, Sequence
from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, smb, srvsvc
from scanner.wire.smb import Reply
from scanner.wire.srvsvc import Share

MAX_REPLY = smb.MAX_MESSAGE + 1024

#: What one conversation tries to enter; the list tells how many shares there are.
MAX_ENTERED = 40
MAX_HOLDINGS = 2_000

#: The numbers of the messages after the list, one a share.
FIRST_NUMBER = 7


def _ask(name: str, encode: Callable[..., bytes]) -> Exchange:
    return Exchange(name=name, encode=encode, framing=smb.frame, max_bytes=MAX_REPLY)


NEGOTIATE = _ask("NEGOTIATE", smb.negotiate)
INTRODUCTION = _ask("SESSION_SETUP (negotiation)", smb.introduction)
NOBODY = _ask("SESSION_SETUP (no name)", smb.anonymous)
PIPES = _ask("TREE_CONNECT IPC$", lambda session: smb.tree_connect("\3", session, "IPC$"))
PIPE = _ask(
    "CREATE srvsvc (open only)", lambda session, tree: smb.open_pipe(session, tree, "srvsvc")
)
BIND = _ask(
    "IOCTL srvsvc bind",
    lambda session, tree, file: smb.transceive("\5", session, tree, file, srvsvc.bind()),
)
SHARES = _ask(
    "IOCTL srvsvc NetrShareEnum",
    lambda session, tree, file: smb.transceive("\6", session, tree, file, srvsvc.share_enum()),
)
SHARE = _ask("TREE_CONNECT {}", smb.tree_connect)
CONTROL = _ask(
    "TREE_CONNECT ronde-no-such-share",
    lambda number, session: smb.tree_connect(number, session, "ronde-no-such-share"),
)
LOGOFF = _ask("LOGOFF", smb.logoff)


class Smb:
    """A server is open when a session without a name enters a share, and not one that is none."""

    about = About(
        name="smb",
        title="SMB shares are open to a session without a name",
        ports=frozenset({445}),
        front=NEGOTIATE,
        asks=(
            NEGOTIATE,
            INTRODUCTION,
            NOBODY,
            PIPES,
            PIPE,
            BIND,
            SHARES,
            SHARE,
            CONTROL,
            LOGOFF,
        ),
        proves="shares are listed or entered without a name, and one that cannot exist is refused",
        cwe=306,
        remedy=(
            "Samba: `restrict anonymous = 2`, `map to guest = Never`, no `guest ok`. Windows: "
            "`RestrictAnonymous = 1`, `RestrictNullSessAccess = 1`, no `NullSessionShares`, and "
            "nothing for ANONYMOUS LOGON or Everyone on the shares."
        ),
        references=(
            "https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-smb2/",
            "https://www.samba.org/samba/docs/current/man-html/smb.conf.5.html",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a server by the dialect that it chose, or by its refusal of all four."""
        reply = smb.decode(front.data, smb.NEGOTIATE)
        if reply.status == smb.SUCCESS:
            smb.dialect(reply)
        return Service("smb")

    def assess(self, front: Answer) -> StreamDialogue:
        """Begin a session as nobody, look at the list, knock at each share, and log off."""
        service = Service("smb")
        if smb.decode(front.data, smb.NEGOTIATE).status != smb.SUCCESS:
            because = "speaks no dialect in which a session without a name could be asked for"
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        session = yield from _session()
        if session is None:
            because = "refuses a session without a name"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        shares = yield from _shares(session)
        if not shares:
            yield from _leave(session, FIRST_NUMBER)
            because = "a session without a name is shown no share"
            return Assessment(access=Access.LOCKED, service=service, because=because)
        return (yield from _entered(service, session, shares))


def _session() -> Generator[StreamAsk, Answer, str | None]:
    """Begin a session; its identifier, or None where it is refused."""
    begun = smb.decode((yield INTRODUCTION).data, smb.SESSION_SETUP)
    if begun.status != smb.MORE_PROCESSING:
        return None
    given = smb.decode((yield NOBODY.fill(begun.session)).data, smb.SESSION_SETUP)
    return given.session if given.status == smb.SUCCESS else None


def _shares(session: str) -> Generator[StreamAsk, Answer, Sequence[Share] | None]:
    """List the shares; None where any step towards the list is refused."""
    pipes = smb.decode((yield PIPES.fill(session)).data, smb.TREE_CONNECT)
    if pipes.status != smb.SUCCESS:
        return None
    pipe = smb.decode((yield PIPE.fill(session, pipes.tree)).data, smb.CREATE)
    if pipe.status != smb.SUCCESS:
        return None
    place = (session, pipes.tree, smb.file_of(pipe))
    bound = smb.decode((yield BIND.fill(*place)).data, smb.IOCTL)
    if bound.status != smb.SUCCESS or not srvsvc.is_bound(smb.output_of(bound)):
        return None
    listed = smb.decode((yield SHARES.fill(*place)).data, smb.IOCTL)
    return srvsvc.shares(smb.output_of(listed)) if listed.status == smb.SUCCESS else None


def _entered(service: Service, session: str, shares: Sequence[Share]) -> StreamDialogue:
    disks = [one.name for one in shares if one.kind == srvsvc.DISK and one.name]
    met = dict[str, Reply]()
    for number, name in enumerate(disks[:MAX_ENTERED], start=FIRST_NUMBER):
        ask = SHARE.fill(chr(number), session, name)
        met[name] = smb.decode((yield ask).data, smb.TREE_CONNECT)
    after = FIRST_NUMBER + len(met)
    control = smb.decode((yield CONTROL.fill(chr(after), session)).data, smb.TREE_CONNECT)
    yield from _leave(session, after + 1)
    if control.status != smb.BAD_NETWORK_NAME:
        return half_proof(service, f"the control, {CONTROL.name}, was not refused as unknown")
    entered = [name for name, reply in met.items() if reply.status == smb.SUCCESS]
    return _open(service, disks, entered)


def _open(service: Service, disks: Sequence[str], entered: Sequence[str]) -> Outcome:
    held = entered or disks
    return Assessment(
        access=Access.OPEN if entered else Access.PARTIAL,
        service=service,
        because=f"without a name {len(disks)} shares are listed and {len(entered)} entered",
        proof=Proof(
            SHARE.name if entered else SHARES.name,
            "the share was entered" if entered else "the shares were listed",
            f"{CONTROL.name} was refused as unknown",
        ),
        holdings=tuple(Holding(name=name, kind="share") for name in held[:MAX_HOLDINGS]),
        holdings_total=len(held) if len(disks) <= MAX_ENTERED else None,
    )


def _leave(session: str, number: int) -> Generator[StreamAsk, Answer, None]:
    """Log off: no session is left behind."""
    with suppress(NoAnswer, Garbled):
        yield LOGOFF.fill(chr(number), session)
