"""How cost grows: with the endpoints of a round, with the services that answer, with the probes."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

from tests.bench.answering import ELASTICSEARCH, SPARSE, Refuses, elasticsearch
from tests.bench.ground import Ground
from tests.bench.lab import Rooms, rooms
from tests.bench.result import Part, Table, Target
from tests.bench.ronde import contender
from tests.bench.runs import Run
from tests.bench.sweeps import PORTS

#: Four times as many each time, up to all that the laboratory answers for.
NETWORKS = ("198.18.0.0/20", "198.18.0.0/18", "198.18.0.0/16")

#: What a probe costs is asked of as many servers as answer within a few seconds.
SERVERS = "198.18.0.0/21"

#: In the order in which they join; all of them are made to claim the port of the first.
PROBES = ("elasticsearch", "mongodb", "redis", "hylafax")

COLUMNS = ("what", "planned", "found", "wall s", "CPU s", "CPU ms each", "MB")

#: A fixed cost, such as the start, makes small rounds dear; growth is read between the last two.
LINEAR = 1.15

TEXT = (
    "One worker. The first table sweeps more and more endpoints of which one in a thousand is "
    "open, the second speaks with more and more front pages, up to all 65,536. In the third every "
    "further probe also claims the port of the pages, and brings ports of its own to sweep."
)


def measure() -> Part:
    """Walk rounds of growing size, then rounds of growing choice."""
    with rooms() as room, tempfile.TemporaryDirectory() as folder:
        ground = _ground(room, Path(folder))
        with elasticsearch(room.there, SPARSE):
            swept = _walks([ground.only(network) for network in NETWORKS])
        everywhere = replace(ground, listening=_every(NETWORKS[-1]))
        with elasticsearch(room.there, ("0.0.0.0",), Refuses.BUSY):
            spoken = _walks([everywhere.only(network) for network in NETWORKS])
            servers = everywhere.only(SERVERS)
            probed = _walks([_claimed(servers, PROBES[: n + 1]) for n in range(len(PROBES))])
    return Part(
        name="growth",
        title="How cost grows",
        text=TEXT,
        tables=(
            _table("Endpoints that refuse", swept, lambda run: run.planned),
            _table("Front pages, each of them named", spoken, lambda run: run.found),
            _table("Probes that claim one port", probed, lambda run: run.found),
        ),
        targets=tuple(_targets(swept, spoken, probed)),
    )


def _ground(room: Rooms, folder: Path) -> Ground:
    return Ground(
        here=tuple(room.here),
        folder=folder,
        networks=NETWORKS[-1:],
        ports=PORTS,
        probes=PROBES[:1],
        listening=frozenset(f"{one}:{ELASTICSEARCH}" for one in SPARSE),
        limit=400,
    )


def _every(network: str) -> frozenset[str]:
    return frozenset(f"{one}:{ELASTICSEARCH}" for one in IPv4Network(network))


def _claimed(ground: Ground, probes: Sequence[str]) -> Ground:
    """Let more probes claim the port of the first; each also brings ports of its own to sweep."""
    extra = dict.fromkeys(probes[1:], (ELASTICSEARCH,))
    return replace(ground, probes=tuple(probes), extra_ports=extra)


def _walks(grounds: Sequence[Ground]) -> list[tuple[str, Run]]:
    walk = contender("ronde", sweep="connect").run
    return [(f"{one.hosts:,} hosts, {len(one.probes)} probes", walk(one)) for one in grounds]


def _table(title: str, walks: Sequence[tuple[str, Run]], each: Callable[[Run], int]) -> Table:
    return Table(
        title,
        COLUMNS,
        tuple(
            (
                name,
                f"{run.planned:,}",
                f"{run.found:,} of {run.there:,}",
                f"{run.seconds:.2f}",
                f"{run.cpu:.2f}",
                f"{1000 * run.cpu / each(run):.3f}",
                f"{run.megabytes:.0f}",
            )
            for name, run in walks
        ),
    )


def _targets(
    swept: Sequence[tuple[str, Run]],
    spoken: Sequence[tuple[str, Run]],
    probed: Sequence[tuple[str, Run]],
) -> Iterator[Target]:
    """Compare CPU: the growth of the last step over the growth of what was asked."""
    for what, walks in (("endpoints", swept), ("services", spoken)):
        before, after = walks[-2][1], walks[-1][1]
        grew = after.cpu / before.cpu / (after.there / before.there)
        yield Target(f"CPU grows with {what}, per step of 4", LINEAR, grew, at_most=True)
    grew = probed[-1][1].cpu / probed[0][1].cpu
    yield Target(f"CPU of {len(PROBES)} probes beside that of one", len(PROBES), grew, at_most=True)
