"""A fake is reached on loopback only, by so many clients at a time, and survives all of them."""

import socket
from contextlib import ExitStack, suppress

import anyio
import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.http import Request
from scanner.demo.hylafax import FakeHylafax, Fax
from scanner.demo.listen import GONE, MAX_CONNECTIONS, Serve
from scanner.demo.mongodb import FakeMongo
from scanner.demo.records import CLINIC, FAX_ARCHIVE
from scanner.demo.redis import FakeRedis
from scanner.demo.releases import RELEASES
from tests.fakes import connections
from tests.fakes.running import running

SERVERS: dict[str, Serve] = {
    "elasticsearch": FakeElasticsearch(RELEASES["6.2"], FAX_ARCHIVE).serve,
    "mongodb": FakeMongo("4.4", (CLINIC,)).serve,
    "redis": FakeRedis().serve,
    "hylafax": FakeHylafax({"recvq": (Fax("a.tif"),)}).serve,
}


class Client(anyio.abc.ByteStream):
    """A client that says its parts and leaves, and hears nothing."""

    def __init__(self, *parts: bytes) -> None:
        self._parts = iter(parts)

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """Say the next part, or leave."""
        part = next(self._parts, b"")
        if not part:
            raise anyio.EndOfStream
        return part[:max_bytes]

    async def send(self, item: bytes) -> None:
        """Drop what the server says."""

    async def send_eof(self) -> None:
        """Do nothing."""

    async def aclose(self) -> None:
        """Do nothing."""


def survives(serve: Serve, *parts: bytes) -> None:
    """Let a client say its parts; only what means "the client is gone" may be raised."""

    async def converse() -> None:
        with suppress(*GONE):
            await serve(Client(*parts))

    anyio.run(converse)


@pytest.mark.parametrize("serve", SERVERS.values(), ids=SERVERS)
@given(st.lists(st.binary(max_size=64), max_size=4))
def test_a_server_survives_any_bytes(serve: Serve, parts: list[bytes]) -> None:
    """A scanner's mistake ends its own conversation, not the demo."""
    survives(serve, *parts)


@given(st.lists(st.lists(st.binary(max_size=12), min_size=1, max_size=4), max_size=4))
def test_redis_survives_any_commands(commands: list[list[bytes]]) -> None:
    """Well-formed nonsense included."""
    words = (b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in command) for command in commands)
    survives(SERVERS["redis"], *(b"*%d\r\n%b" % (w.count(b"$") or 1, w) for w in words))


VALUES = st.one_of(
    st.none(),
    st.integers(-9, 9),
    st.text(max_size=5),
    st.dictionaries(
        st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5), st.none()
    ),
)
VERBS = st.sampled_from(
    ["find", "count", "hello", "listIndexes", "collStats", "$query", "$db", "x"]
)


@given(st.dictionaries(VERBS, VALUES, max_size=3))
def test_mongo_survives_any_command(command: dict[str, object]) -> None:
    """Members of every type, or none at all."""
    body = b"\x00\x00\x00\x00\x00" + bson.encode(command)
    head = b"".join(n.to_bytes(4, "little") for n in (16 + len(body), 1, 0, 2013))
    survives(SERVERS["mongodb"], head + body)


@given(
    st.sampled_from(sorted(RELEASES)),
    st.lists(
        st.sampled_from(
            ["/", "_cat", "indices", "_search", "faxes-2018-03", "*", "%2F", ",", "?", "size=x",
             "&", "filter_path=", "**", ".", "h=", "_mapping", "[", "format=json", "//"]
        ),
        max_size=8,
    ),
)  # fmt: skip
def test_elasticsearch_survives_any_target(release: str, parts: list[str]) -> None:
    """Every target gets an answer of some status."""
    fake = FakeElasticsearch(RELEASES[release], FAX_ARCHIVE)

    assert fake.respond(Request("GET", "/" + "".join(parts), {})).status in {200, 400, 404}


def test_one_client_more_than_the_bound_is_shut_out() -> None:
    """The connection is closed at once; those before it stay."""
    with running(connections.mute) as address, ExitStack() as clients:
        inside = [
            clients.enter_context(socket.create_connection(address, timeout=10))
            for _ in range(MAX_CONNECTIONS)
        ]
        outside = clients.enter_context(socket.create_connection(address, timeout=10))

        assert outside.recv(1) == b""
        assert {client.getpeername() for client in inside} == {address}


def test_it_listens_on_loopback() -> None:
    """Whatever the machine's addresses are."""
    with running(connections.mute) as (host, _):
        assert host == "127.0.0.1"
