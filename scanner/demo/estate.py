"""The estate: which servers `ronde demo` starts, and what a correct round says of each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Protocol

import anyio
import msgspec
from anyio.abc import ByteStream, TaskGroup

from scanner.demo.canary import Leaks, Watched
from scanner.demo.certificate import server_context
from scanner.demo.decoys import ENDLESS_HEADERS, Decoy, Flood, Noise, Tarpit
from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.hylafax import FakeHylafax, Fax
from scanner.demo.listen import listen
from scanner.demo.mongodb import FakeMongo
from scanner.demo.placed import Placed, Report
from scanner.demo.records import CLINIC, EXTORTION_NOTE, FAX_ARCHIVE
from scanner.demo.redis import FakeRedis
from scanner.demo.refusals import Door
from scanner.demo.releases import RELEASES
from scanner.model import Access


class Fake(Protocol):
    """A server of the estate: it serves one connection at a time and notes what it was asked."""

    asked: list[str]

    async def serve(self, stream: ByteStream) -> None:
        """Converse with one client until it leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One server before it has a port."""

    name: str
    title: str
    probe: str
    expected: Access
    server: Fake
    tls: SSLContext | None = None


@dataclass(slots=True)
class Estate:
    """The running servers, and what has left them."""

    sites: tuple[Site, ...]
    leaks: Leaks
    services: tuple[Placed, ...] = field(default=())

    async def open(self, tasks: TaskGroup) -> None:
        """Give every server its port."""
        self.services = tuple([await self._place(tasks, site) for site in self.sites])

    def report(self) -> Report:
        """Count what was asked and what of a record went out."""
        requests = {site.name: len(site.server.asked) for site in self.sites}
        return Report(requests, self.canary_bytes_sent())

    def canary_bytes_sent(self) -> int:
        """Count the bytes of records that have left any server."""
        return self.leaks.bytes

    async def _place(self, tasks: TaskGroup, site: Site) -> Placed:
        async def serve(stream: ByteStream) -> None:
            await site.server.serve(Watched(stream, self.leaks))

        host, port = await listen(tasks, serve, tls=site.tls)
        return Placed(
            name=site.name,
            title=site.title,
            probe=site.probe,
            host=host,
            port=port,
            expected=site.expected,
            tls=site.tls is not None,
        )


@asynccontextmanager
async def estate() -> AsyncIterator[Estate]:
    """Run the whole estate on loopback for the length of a block."""
    leaks = Leaks()
    opened = Estate(_sites(leaks), leaks)
    async with anyio.create_task_group() as tasks:
        await opened.open(tasks)
        yield opened
        tasks.cancel_scope.cancel()


def _sites(leaks: Leaks) -> tuple[Site, ...]:
    return (*_search_sites(), *_other_sites(leaks), *_hostile_sites())


def _search_sites() -> tuple[Site, ...]:
    archive = FakeElasticsearch(RELEASES["6.2"], FAX_ARCHIVE, cluster="fax-archive")
    locked = FakeElasticsearch(RELEASES["8.15"], FAX_ARCHIVE, Door.LOCKED, cluster="records")
    encrypted = FakeElasticsearch(
        RELEASES["7.10"], FAX_ARCHIVE[:2], cluster="fax-replica", uuid="Qm3xw0q5T8ehdVXTy2a4Ng"
    )
    return (
        Site(
            name="fax-archive",
            title="an Elasticsearch of 2018 with six million faxes and no password",
            probe="elasticsearch",
            expected=Access.OPEN,
            server=archive,
        ),
        Site(
            name="fax-replica",
            title="an Elasticsearch that encrypts and asks nobody who they are",
            probe="elasticsearch",
            expected=Access.OPEN,
            server=encrypted,
            tls=server_context(["fax-replica.demo.invalid"]),
        ),
        Site(
            name="records-search",
            title="an Elasticsearch that asks for credentials",
            probe="elasticsearch",
            expected=Access.LOCKED,
            server=locked,
        ),
    )


def _other_sites(leaks: Leaks) -> tuple[Site, ...]:
    mongo = FakeMongo("4.4", (CLINIC, EXTORTION_NOTE), members=("192.0.2.10:27017",))
    faxes = tuple(Fax(f"fax{number:09}.tif") for number in range(1, 412))
    jobs = tuple(Fax(str(number)) for number in range(1, 97))
    queues = {"recvq": faxes, "doneq": jobs, "sendq": jobs[:3]}
    return (
        Site(
            name="clinic-database",
            title="a MongoDB without authorization, with an extortion note's name in it",
            probe="mongodb",
            expected=Access.OPEN,
            server=mongo,
        ),
        Site(
            name="session-cache",
            title="a Redis without a password",
            probe="redis",
            expected=Access.OPEN,
            server=FakeRedis(keys={0: 48_211, 3: 970}),
        ),
        Site(
            name="fax-server",
            title="a HylaFAX server that lets anybody in",
            probe="hylafax",
            expected=Access.OPEN,
            server=FakeHylafax(queues, leaks=leaks),
        ),
    )


def _hostile_sites() -> tuple[Site, ...]:
    front = FakeElasticsearch(RELEASES["1.7"]).front()
    return (
        Site(
            name="decoy",
            title="a decoy that gives the front page of an Elasticsearch to everything",
            probe="elasticsearch",
            expected=Access.UNKNOWN,
            server=Decoy(msgspec.json.encode(front)),
        ),
        Site(
            name="tarpit",
            title="a tarpit that drips one byte a second",
            probe="hylafax",
            expected=Access.UNKNOWN,
            server=Tarpit(),
        ),
        Site(
            name="flood",
            title="a server whose headers never end",
            probe="elasticsearch",
            expected=Access.UNKNOWN,
            server=Flood(*ENDLESS_HEADERS),
        ),
        Site(
            name="noise",
            title="a server that answers with random bytes",
            probe="redis",
            expected=Access.UNKNOWN,
            server=Noise(),
        ),
    )
