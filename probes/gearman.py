"""Gearman: which functions wait for workers. Its port has no login."""

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Answer, Exchange, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import versions, words
from scanner.wire.words import gearman_line, gearman_table

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000

VERSION = Exchange(name="version", encode=lambda: b"version\r\n", framing=gearman_line)
STATUS = Exchange(
    name="status",
    encode=lambda: b"status\r\n",
    framing=gearman_table,
    max_bytes=words.MAX_BLOCK,
)
CONTROL = Exchange(
    name="ronde-no-such-command",
    encode=lambda: b"ronde-no-such-command\r\n",
    framing=gearman_line,
)

NO_SUCH = (b"ERR UNKNOWN_COMMAND ", b"ERR unknown_command ")


class Gearman:
    """A server is open when it lists its queues and knows a false command for one."""

    about = About(
        name="gearman",
        title="Gearman takes jobs and workers from anyone",
        ports=frozenset({4730}),
        front=VERSION,
        asks=(VERSION, STATUS, CONTROL),
        proves="the queues are listed, and a command that does not exist is refused",
        cwe=306,
        remedy=(
            "Bind it to loopback or to a network of its clients alone (`--listen`), or demand "
            "client certificates (`--ssl` with `--ssl-ca-file`, since 1.1.13)."
        ),
        references=("https://github.com/gearman/gearmand/blob/master/PROTOCOL",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise a line that is `OK` and a version."""
        word, _, told = front.data.decode("ascii", "replace").strip().partition(" ")
        version = versions.read(told)
        return Service("gearman", version) if word == "OK" and version else None

    def assess(self, front: Answer) -> StreamDialogue:
        """List the queues; then ask for nonsense."""
        service = self.identify(front) or Service("gearman")
        queues = [
            _queue(line) for line in (yield STATUS).data.decode("utf-8", "replace").split("\n")
        ]
        found = [queue for queue in queues if queue]
        if not (yield CONTROL).data.startswith(NO_SUCH):
            return half_proof(service, f"the control {CONTROL.name} was not refused in its words")
        jobs = sum(queue.records or 0 for queue in found)
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its functions to anyone: {len(found)}, with {jobs} jobs waiting",
            proof=Proof(
                STATUS.name,
                f"{len(found)} functions listed",
                f"{CONTROL.name} was refused as an unknown command",
            ),
            holdings=tuple(found[:MAX_HOLDINGS]),
            holdings_total=len(found),
        )


def _queue(line: str) -> Holding | None:
    """Read one row: function, jobs, how many of them run, workers."""
    name, _, rest = line.partition("\t")
    jobs = rest.partition("\t")[0]
    known = jobs.isdecimal() and len(jobs) < len(str(1 << 64))
    return (
        Holding(name=name, kind="function", records=int(jobs) if known else None) if rest else None
    )
