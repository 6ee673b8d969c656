"""What answers there: front pages and a real Redis, named by each that can name a service."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

from tests.bench.answering import ELASTICSEARCH, REDIS, Refuses, elasticsearch, redis
from tests.bench.contender import Contender
from tests.bench.ground import Ground
from tests.bench.lab import Rooms, rooms
from tests.bench.others import nerva, nmap, zgrab2
from tests.bench.race import Race, race, table
from tests.bench.result import Bar, Bars, Part, Target
from tests.bench.ronde import walk
from tests.bench.runs import Run

#: A sixteenth of the addresses that answer: nerva takes twenty seconds for them on two cores.
NETWORK = "198.18.0.0/20"

#: `nmap -sV` takes more than a minute for these, however many it is given at once.
SMALL = "198.18.0.0/24"

TURNS = 2

EVERYWHERE = ("0.0.0.0",)


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of service: the probe that knows it, the module of zgrab2, and the port."""

    probe: str
    module: str
    port: int


PAGES = Kind("elasticsearch", "http", ELASTICSEARCH)
STORES = Kind("redis", "redis", REDIS)

#: Those that name what they met; `zgrab2` leaves that to its user.
NAMERS = ("nerva", "nmap -sV")

TEXT = (
    "Every one of 65,536 addresses answers; 4,096 of them are visited (256 by `nmap -sV`). All "
    "are handed the open endpoints, `ronde` by `--open-from`, and none has to sweep. In the first "
    "two tables naming the service is all that can be done: a cluster that greets and is busy, a "
    "real Redis that asks for a password. `ronde` puts two asks to each, and keeps every ask in "
    "the audit trail. `zgrab2` only grabs: it names no product, so it is no peer in the targets. "
    "`nmap -sV` knows the greeting of a real node, but not from behind nginx, and names nginx. In "
    "the third table every service is a finding: proved from two sides, and "
    "synced to the history before it is reported; no peer does that."
)


def measure() -> Part:
    """Race on each sort of service; then walk alone where each of them is a finding."""
    pages = _race(PAGES, lambda room: elasticsearch(room.there, EVERYWHERE, Refuses.BUSY))
    stores = _race(STORES, lambda room: redis(room.there, password="bench"))
    with _ground(PAGES, lambda room: elasticsearch(room.there, EVERYWHERE)) as ground:
        findings = dict(race([Contender("ronde, Elasticsearch", _ronde)], ground, TURNS))
    with _ground(STORES, lambda room: redis(room.there)) as ground:
        findings |= race([Contender("ronde, Redis", _ronde)], ground, TURNS)
    return Part(
        name="identification",
        title="What answers there",
        text=TEXT,
        tables=(
            table("Front pages of Elasticsearch", pages, _found),
            table("Redis with a password", stores, _found),
            table("Each of them a finding", findings, _found),
        ),
        targets=(
            Target("naming a front page, beside the best peer per CPU second", 2.0, _lead(pages)),
            Target("naming a Redis, beside the best peer per CPU second", 2.0, _lead(stores)),
        ),
        bars=(
            Bars("Front pages named or grabbed in a CPU second", tuple(_bars(pages))),
            Bars("Redis servers named or grabbed in a CPU second", tuple(_bars(stores))),
        ),
    )


Server = Callable[[Rooms], AbstractContextManager[None]]


@contextmanager
def _ground(kind: Kind, server: Server) -> Iterator[Ground]:
    with rooms() as room, server(room), tempfile.TemporaryDirectory() as folder:
        yield Ground(
            here=tuple(room.here),
            folder=Path(folder),
            networks=(NETWORK,),
            ports=(kind.port,),
            probes=(kind.probe,),
            listening=frozenset(f"{one}:{kind.port}" for one in IPv4Network(NETWORK)),
            limit=120,
        )


def _race(kind: Kind, server: Server) -> Race:
    contenders = [
        Contender("ronde", _ronde),
        nerva("nerva"),
        zgrab2("zgrab2, grab only", kind.module),
    ]
    with _ground(kind, server) as ground:
        laps = race(contenders, ground, TURNS)
        return {**laps, **race([nmap("nmap -sV", "-sV --max-retries 0")], ground.only(SMALL), 1)}


def _ronde(ground: Ground) -> Run:
    listed = ground.folder / "open"
    listed.write_text("".join(f"{one}\n" for one in sorted(ground.listening)), encoding="ascii")
    return walk(ground, "--open-from", str(listed))


def _found(run: Run) -> int:
    return run.found


def _lead(laps: Race) -> float | None:
    """Say how many times the best peer's services a CPU second ours are."""
    rates = {name: _rate(one.best) for name, one in laps.items() if one.best}
    peers = [rates[name] for name in NAMERS if name in rates]
    return rates["ronde"] / max(peers) if "ronde" in rates and peers else None


def _rate(run: Run) -> float:
    return run.found / run.cpu


def _bars(laps: Race) -> Iterator[Bar]:
    for name, one in laps.items():
        if one.best:
            yield Bar(name, _rate(one.best))
