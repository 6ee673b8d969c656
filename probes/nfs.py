"""NFS: which folders a server exports to every host."""

from scanner.model import Access, Assessment, Holding, Outcome, Proof, Service, Silence, Unknown
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import rpc
from scanner.wire.rpc import Export

MAX_HOLDINGS = 2_000

#: How servers write that an export is for everybody; most say it with no group at all.
EVERYBODY = frozenset({"*", "(everyone)", "everyone", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0"})


def _ask(name: str, program: int, version: int, procedure: int) -> Exchange:
    payload = rpc.call(program, version, procedure)
    return Exchange(name=name, encode=lambda: payload, framing=rpc.frame, max_bytes=rpc.MAX_REPLY)


EXPORT = _ask("mountd EXPORT", rpc.MOUNTD, 3, 5)
CONTROL = _ask("mountd procedure 99", rpc.MOUNTD, 3, 99)
DUMP = _ask("portmap DUMP", rpc.PORTMAP, 2, 4)
NULL = _ask("NFS NULL", rpc.NFS, 3, 0)


class Nfs:
    """A server is open when it exports a folder to every host and refuses an unknown procedure."""

    about = About(
        name="nfs",
        title="NFS exports folders to every host",
        ports=frozenset({111, 892, 2049, 20048}),
        front=EXPORT,
        asks=(EXPORT, CONTROL, DUMP, NULL),
        proves="a folder is exported to every host, and an unknown procedure is refused",
        cwe=306,
        remedy=(
            "Name hosts or subnets in /etc/exports in place of `*`, use `sec=krb5p` where it can "
            "be had, leave `root_squash` on, and let only clients reach 111, 2049 and mountd."
        ),
        references=(
            "https://www.rfc-editor.org/rfc/rfc1813",
            "https://man7.org/linux/man-pages/man5/exports.5.html",
        ),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise any program of ONC RPC; which one it is, is seen on a closer look."""
        status = rpc.decode(front.data).status
        return Service("mountd" if status == rpc.SUCCESS else "rpc")

    def assess(self, front: Answer) -> StreamDialogue:
        """Judge whom the exports are for; where mountd is elsewhere, say where."""
        reply = rpc.decode(front.data)
        if reply.status == rpc.SUCCESS:
            return (yield from _judged(rpc.exports(reply.body)))
        ports = rpc.decode((yield DUMP).data)
        if ports.status == rpc.SUCCESS:
            return _portmap(rpc.tcp_ports(ports.body, rpc.MOUNTD))
        if rpc.decode((yield NULL).data).status in {rpc.SUCCESS, rpc.PROG_MISMATCH}:
            because = "serves NFS; to whom it exports is told by mountd, on another port"
            service = Service("nfs")
            return Assessment(access=Access.IDENTIFIED, service=service, because=because)
        return Unknown(Silence.UNRECOGNISED, "neither mountd, nor portmap, nor NFS")


def _portmap(mountd: frozenset[int]) -> Assessment:
    service = Service("rpcbind")
    where = ", ".join(map(str, sorted(mountd)))
    because = f"maps ports; mountd is on TCP {where}" if where else "maps ports; there is no mountd"
    return Assessment(access=Access.IDENTIFIED, service=service, because=because)


def _judged(exports: tuple[Export, ...]) -> StreamDialogue:
    service = Service("mountd")
    shared = [one for one in exports if _is_for_everybody(one)]
    if not exports:
        because = "shows no export to our address"
        return Assessment(access=Access.LOCKED, service=service, because=because)
    if not shared:
        because = f"{len(exports)} exports, each for hosts that are named; ours may be among them"
        return Assessment(access=Access.SHIELDED, service=service, because=because)
    if rpc.decode((yield CONTROL).data).status != rpc.PROC_UNAVAIL:
        return half_proof(service, f"the control, {CONTROL.name}, was not refused as unknown")
    return _open(service, shared, len(exports))


def _is_for_everybody(export: Export) -> bool:
    return not export.groups or any(group in EVERYBODY for group in export.groups)


def _open(service: Service, shared: list[Export], total: int) -> Outcome:
    return Assessment(
        access=Access.OPEN,
        service=service,
        because=f"{len(shared)} of {total} exports are for every host",
        proof=Proof(
            EXPORT.name, "exports for every host", f"{CONTROL.name} was refused as unknown"
        ),
        holdings=tuple(Holding(name=one.path, kind="export") for one in shared[:MAX_HOLDINGS]),
        holdings_total=len(shared),
    )
