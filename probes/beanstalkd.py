"""beanstalkd: which tubes of jobs are there. It has no login at all."""

import re
from collections.abc import Generator
from contextlib import suppress

from scanner.model import Access, Assessment, Holding, Proof, Service
from scanner.probe import About, Answer, Exchange, NoAnswer, StreamAsk, StreamDialogue
from scanner.verdict import half_proof
from scanner.wire import Garbled, versions, words

#: What one conversation asks about; the listing tells how many tubes there are.
MAX_COUNTED = 50

#: Longer lists of names belong on the server; `holdings_total` tells the true number.
MAX_HOLDINGS = 2_000


def _ask(name: str, encode: str = "") -> Exchange:
    return Exchange(
        name=name,
        encode=lambda *tube: f"{encode or name}{''.join(f' {one}' for one in tube)}\r\n".encode(),
        framing=words.beanstalk,
        max_bytes=words.MAX_BLOCK,
    )


STATS = _ask("stats")
TUBES = _ask("list-tubes")
TUBE = _ask("stats-tube {}", "stats-tube")
CONTROL = _ask("ronde-no-such-command")

NO_SUCH = b"UNKNOWN_COMMAND\r\n"

#: The names that the protocol allows, so that none can be a second command.
NAME = re.compile(r"[A-Za-z0-9+/;.$_()][A-Za-z0-9+/;.$_()-]{0,199}")
COUNTS = tuple(f"current-jobs-{state}" for state in ("ready", "reserved", "delayed", "buried"))


class Beanstalkd:
    """A server is open when it counts its jobs and knows a false command for one."""

    about = About(
        name="beanstalkd",
        title="beanstalkd hands its jobs to anyone",
        ports=frozenset({11300}),
        front=STATS,
        asks=(STATS, TUBES, TUBE, CONTROL),
        proves="the jobs are counted, and a command that does not exist is refused",
        cwe=306,
        remedy=(
            "Bind it to loopback or to a network of its clients alone (`-l`): it has no login. "
            "Between hosts, use a tunnel that has one."
        ),
        references=("https://github.com/beanstalkd/beanstalkd/blob/master/doc/protocol.txt",),
    )

    def identify(self, front: Answer) -> Service | None:
        """Recognise the statistics by fields that nobody else has."""
        told = _fields(front.data)
        if "current-tubes" not in told or "max-job-size" not in told:
            return None
        return Service("beanstalkd", versions.read(told.get("version", "").strip('"')))

    def assess(self, front: Answer) -> StreamDialogue:
        """List the tubes; then ask for nonsense."""
        service = self.identify(front) or Service("beanstalkd")
        tubes = _names((yield TUBES).data)
        if (yield CONTROL).data != NO_SUCH:
            return half_proof(service, f"the control {CONTROL.name} was not refused in its words")
        jobs = _jobs(_fields(front.data))
        return Assessment(
            access=Access.OPEN,
            service=service,
            because=f"lists its tubes to anyone: {len(tubes)}, with {jobs} jobs",
            proof=Proof(
                f"{STATS.name}, {TUBES.name}",
                f"{len(tubes)} tubes listed",
                f"{CONTROL.name} was refused as an unknown command",
            ),
            holdings=(yield from _counted(tubes)),
            holdings_total=len(tubes),
        )


def _fields(data: bytes) -> dict[str, str]:
    """Read a block of `name: value` lines."""
    lines = data.decode("utf-8", "replace").split("\n")
    return {name: value for name, sep, value in (line.partition(": ") for line in lines) if sep}


def _names(data: bytes) -> list[str]:
    """Read a block of `- name` lines.

    Raises:
        Garbled: the block is no list.
    """
    lines = data.decode("utf-8", "replace").split("\n")
    if not lines[0].startswith("OK ") or lines[1:2] != ["---"]:
        raise Garbled("expected a list of tubes")
    return [line[2:] for line in lines if line.startswith("- ")]


def _jobs(told: dict[str, str]) -> int | None:
    counts = [told.get(name, "") for name in COUNTS]
    known = all(count.isdecimal() and len(count) < len(str(1 << 64)) for count in counts)
    return sum(map(int, counts)) if known else None


def _counted(names: list[str]) -> Generator[StreamAsk, Answer, tuple[Holding, ...]]:
    """Count the jobs of each tube. The proof stands already: a silence costs only detail."""
    holdings = [Holding(name=name, kind="tube") for name in names[:MAX_HOLDINGS]]
    with suppress(NoAnswer, Garbled):
        for place, name in enumerate(names[:MAX_COUNTED]):
            if NAME.fullmatch(name):
                jobs = _jobs(_fields((yield TUBE.fill(name)).data))
                holdings[place] = Holding(name=name, kind="tube", records=jobs)
    return tuple(holdings)
