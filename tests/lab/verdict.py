"""What the lab expects of a round: the words in which `verdicts/` is written."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import ParamSpec, TypeAlias

from scanner.judged import Factor
from scanner.model import Access, Finding, ServiceSeen, Severity
from scanner.severities import load_severities
from tests.lab.servers.nginx import Front, nginx
from tests.lab.servers.process import Running
from tests.lab.session import Lab

P = ParamSpec("P")

#: Stands for the version that the server itself told the lab.
AS_TOLD = "as told"

#: What the certificates of the lab are made out to.
NAMES = ("ronde-lab", "localhost", "127.0.0.1")

FOUND = 3
QUIET = 0  # complete, and nothing at or above `high`

Start: TypeAlias = Callable[[Lab], Running]

#: Name, kind, records and field names of a holding.
Held: TypeAlias = tuple[str, str, int | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The part of a line that does not change from one run to the next.

    The severity is that of the door alone: what the names of the lab's data, the volume and clear
    text add to it is the table's, and tested there.
    """

    access: Access
    product: str | None
    version: str | None
    severity: Severity | None = None
    held: tuple[Held, ...] = ()
    tls_names: tuple[str, ...] | None = None

    @classmethod
    def of(cls, line: Finding | ServiceSeen | None, server: Running) -> "Verdict | None":
        """Read it from the line that a round wrote about a server."""
        if line is None:
            return None
        held = line.holdings if isinstance(line, Finding) else ()
        return cls(
            access=line.access,
            product=line.product,
            version=AS_TOLD if line.version == server.version else line.version,
            severity=_of_the_door(line) if isinstance(line, Finding) else None,
            held=tuple((one.name, one.kind, one.records, one.fields) for one in held),
            tls_names=line.tls.names if line.tls else None,
        )


def _of_the_door(line: Finding) -> Severity:
    """Give what access and stake come to by themselves: the first reason of the sum."""
    (points,) = [reason.points for reason in line.why if reason.factor is Factor.ACCESS]
    return load_severities().level(points)


@dataclass(frozen=True, slots=True)
class Group:
    """Servers that stand at the same time and are walked in one round.

    With what stands behind them they may be no more than the lab lets stand at a time.
    """

    exit_code: int
    doors: tuple[tuple[Start, Verdict], ...]


def door(
    make: Callable[P, AbstractContextManager[Running]], *args: P.args, **how: P.kwargs
) -> Start:
    """The server that `make(*args, **how)` describes."""
    return lambda lab: lab.start(make, *args, **how)


def behind(front: Front, server: Start, /) -> Start:
    """Nginx before a server; those that stand before the same one share it."""
    return lambda lab: lab.start(nginx, front, server(lab))


def merged(families: Mapping[str, Mapping[str, Group]]) -> Mapping[str, Group]:
    """The groups of all families, by name.

    Raises:
        ValueError: two families have a group of one name.
    """
    groups: dict[str, Group] = {}
    for family, own in families.items():
        if taken := groups.keys() & own.keys():
            raise ValueError(f"{family}: another family has a group {', '.join(sorted(taken))}")
        groups |= own
    return groups
