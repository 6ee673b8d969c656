"""Conversations over real sockets: every hostile peer costs no more than its limits."""

import gc
import os
import socket
import ssl
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeAlias

import anyio
import pytest
import trustme

from scanner.addresses import AddressSet
from scanner.conversation import LARGE, Conversation, Limits
from scanner.demo.certificate import server_context
from scanner.demo.listen import Serve, listening
from scanner.gate import Gate
from scanner.guard import Guard, OutOfScope
from scanner.model import Endpoint, Silence, TlsFacts
from scanner.probe import (
    FRONT,
    HANG_UP,
    Answer,
    CountLines,
    Exchange,
    Fixed,
    Get,
    HttpAsk,
    Listen,
    NoAnswer,
    Page,
    StreamAsk,
)
from scanner.wire import lines
from scanner.wire.headers import Header
from tests.fakes import connections, http
from tests.fakes.gates import Hears, Trail, Waits, gate_to_loopback
from tests.fakes.scripted import Drips, Repeats, Says

pytestmark = pytest.mark.anyio

#: What is put on a connection.
Spoken: TypeAlias = HttpAsk | StreamAsk

#: For peers that are silent: the test takes this long.
HASTY = Limits(connect=0.3, ask=0.3)

HELLO_PAGE = http.page(b'{"hello": "world"}', b"content-type: application/json")

PING = Exchange(name="PING", encode=lambda: b"PING\r\n", framing=lines.frame)
BANNER = Listen(name="banner", framing=lines.frame)
NLST = CountLines(name="NLST", command=b"NLST\r\n", framing=lines.frame)


async def put(talk: Conversation, ask: Spoken) -> Page | Answer:
    """Put an ask of either kind."""
    return await (talk.get(ask) if isinstance(ask, Get | Fixed) else talk.exchange(ask))


@asynccontextmanager
async def talking(
    serve: Serve, *, gate: Gate | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Conversation]:
    """Converse with a server for the length of a block."""
    async with listening(serve, tls=tls) as (address, port):
        endpoint = Endpoint(address=address, port=port)
        async with (gate or gate_to_loopback()).converse(endpoint, tls=tls is not None) as talk:
            yield talk


async def answer_of(
    serve: Serve,
    ask: Spoken = FRONT,
    *,
    gate: Gate | None = None,
    tls: ssl.SSLContext | None = None,
) -> Page | Answer:
    """Put one ask to a server, and give what it answered."""
    async with talking(serve, gate=gate, tls=tls) as talk:
        return await put(talk, ask)


async def silence_of(
    serve: Serve, ask: Spoken = FRONT, *, limits: Limits | None = None, tls: bool = False
) -> NoAnswer:
    """Put one ask to a server that does not answer it properly, and give what came instead."""
    gate = gate_to_loopback(limits=limits)
    async with listening(serve) as (address, port):
        with pytest.raises(NoAnswer) as caught:
            async with gate.converse(Endpoint(address=address, port=port), tls=tls) as talk:
                await put(talk, ask)
    return caught.value


def open_descriptors() -> int:
    """Count the descriptors of this process."""
    return len(os.listdir("/dev/fd"))  # noqa: PTH208 - the folder lists itself, always


class TestPages:
    """What an HTTP server answers."""

    async def test_a_page_comes_with_its_status_headers_and_body(self) -> None:
        """The reply is handed back whole."""
        page = await answer_of(Says(HELLO_PAGE))
        assert page == Page(
            status=200,
            headers={"content-type": "application/json", "content-length": "18"},
            body=b'{"hello": "world"}',
        )

    async def test_the_scanner_names_itself_and_the_host(self) -> None:
        """A server's owner can see who asked and how to reach them."""
        server = Hears(HELLO_PAGE)
        async with listening(server) as (address, port):
            endpoint = Endpoint(address=address, port=port, host="search.example.org")
            async with gate_to_loopback().converse(endpoint, tls=False) as talk:
                await talk.get(FRONT)
        request = b"".join(server.heard).decode().split("\r\n")
        assert request[0] == "GET / HTTP/1.1"
        assert f"Host: search.example.org:{port}" in request
        assert "User-Agent: ronde/test (authorised internal audit; security@example.org)" in request

    @pytest.mark.parametrize("header", Header)
    async def test_a_header_goes_with_the_ask_that_declares_it(self, header: Header) -> None:
        """And with no other: each stands on one request alone."""
        server = Hears(HELLO_PAGE)
        async with talking(server) as talk:
            await talk.get(Get("/with", header=header))
            await talk.get(FRONT)
        assert [f"\r\n{header}\r\n".encode() in request for request in server.heard] == [
            True,
            False,
        ]

    async def test_a_host_without_a_name_is_called_by_its_address(self) -> None:
        """An address of either family stands in `Host` as it stands in a URL."""
        talk = Conversation(Endpoint(address="::1", port=9200), tls=False, door=gate_to_loopback())
        assert talk._host_header() == "[::1]:9200"  # noqa: SLF001 - no IPv6 where tests may run

    async def test_a_redirect_is_handed_back_and_never_followed(self) -> None:
        """Where a server points to is not in the scope."""
        page = await answer_of(http.redirect_elsewhere)
        assert isinstance(page, Page)
        assert (page.status, page.headers["location"]) == (302, "http://192.0.2.1:9200/")

    async def test_proxies_of_the_environment_are_ignored(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the shell exports does not lead the scanner elsewhere."""
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
        page = await answer_of(Says(HELLO_PAGE))
        assert isinstance(page, Page)

    async def test_an_http_1_0_page_without_a_length_ends_with_its_connection(self) -> None:
        """Old servers say no length at all."""
        page = await answer_of(Says(b"HTTP/1.0 200 OK\r\n\r\nhello"))
        assert isinstance(page, Page)
        assert page.body == b"hello"

    @pytest.mark.parametrize(
        ("server", "silence"),
        [
            (connections.gone_when_asked, Silence.CLOSED),
            (connections.reset, Silence.RESET),
            (connections.reset_when_asked, Silence.RESET),
            (Says(b"HTTP/1.1 200 O"), Silence.CLOSED),
            (http.endless_headers, Silence.TOO_LARGE),
            (http.endless_header_line, Silence.TOO_LARGE),
            (http.endless_status_line, Silence.TOO_LARGE),
            (http.header_flood, Silence.TOO_LARGE),
            (http.endless_body, Silence.TOO_LARGE),
            (http.endless_body_until_close, Silence.TOO_LARGE),
            (http.endless_chunk_extension, Silence.TOO_LARGE),
            (http.endless_trailers, Silence.TOO_LARGE),
            (http.endless_continues, Silence.GARBLED),
            (http.gzip_bomb, Silence.TOO_LARGE),
            (http.gzip_cut, Silence.GARBLED),
            (http.not_gzip, Silence.GARBLED),
            (http.short_body, Silence.CLOSED),
            (http.two_lengths, Silence.GARBLED),
            (http.negative_length, Silence.GARBLED),
            (Says(b"SSH-2.0-OpenSSH_9.6\r\n", first=True, holds=True), Silence.GARBLED),
        ],
    )
    async def test_a_hostile_server_is_a_silence_with_its_name(
        self, server: Serve, silence: Silence
    ) -> None:
        """Every way to misbehave ends in bounded time and memory, and says what it was."""
        assert (await silence_of(server)).silence is silence

    @pytest.mark.parametrize("ask", [FRONT, PING])
    async def test_a_server_that_closes_at_once_is_closed_or_reset(self, ask: Spoken) -> None:
        """Which of the two is a race between its farewell and our words."""
        failure = await silence_of(connections.gone, ask)
        assert failure.silence in {Silence.CLOSED, Silence.RESET}
        assert failure.received == 0

    @pytest.mark.parametrize(
        "server",
        [
            connections.mute,
            http.short_body_held,
            http.absurd_length,
            http.absurd_chunk,
            http.drip,
            Drips(HELLO_PAGE, seconds=0.05),
        ],
    )
    async def test_a_slow_server_is_left_at_the_deadline(self, server: Serve) -> None:
        """The deadline covers the whole ask, so a peer that drips gains nothing."""
        assert (await silence_of(server, limits=HASTY)).silence is Silence.TIMEOUT

    async def test_the_cap_counts_what_was_decompressed(self) -> None:
        """A bomb of 256 MiB is stopped after the kilobytes of its first reads."""
        failure = await silence_of(http.gzip_bomb)
        assert failure.why == "a body above 1048576 bytes"
        assert failure.received < 256 << 10

    async def test_a_server_that_never_pauses_is_left_at_the_deadline(self) -> None:
        """Bytes that are always there must not keep the event loop from its clock."""
        flood = Repeats(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\na\r\n")
        ask = Get("/", max_bytes=64 << 20)
        limits = Limits(ask=0.3, received=1 << 30)
        assert (await silence_of(flood, ask, limits=limits)).silence is Silence.TIMEOUT


class TestConnections:
    """How many connections a conversation takes, and what they cost."""

    async def test_the_asks_of_a_conversation_share_a_connection(self) -> None:
        """Three asks, one handshake."""
        server = Hears(HELLO_PAGE)
        async with talking(server) as talk:
            pages = [await talk.get(FRONT), await talk.get(FRONT), await talk.get(FRONT)]
        assert [page.status for page in pages] == [200, 200, 200]
        assert server.connections == 1

    async def test_a_server_that_closes_after_each_answer_is_connected_to_again(self) -> None:
        """A connection that was closed while idle is no failure of the ask."""
        server = Hears(HELLO_PAGE, most=1)
        async with talking(server) as talk:
            pages = [await talk.get(FRONT), await talk.get(FRONT)]
        assert [page.status for page in pages] == [200, 200]
        assert server.connections == 2

    async def test_a_server_that_resets_an_idle_connection_is_connected_to_again(self) -> None:
        """It did not mean the ask that came too late for it."""
        server = connections.AnswersThenResets(HELLO_PAGE)
        async with talking(server) as talk:
            await talk.get(FRONT)
            await server.over.wait()

            assert (await talk.get(FRONT)).body == b'{"hello": "world"}'
        assert server.connections == 2

    async def test_bytes_that_nobody_asked_for_are_not_the_next_answer(self) -> None:
        """A server cannot slip an answer to a question that was not put yet."""
        server = Hears(HELLO_PAGE + http.page(b'{"forged": true}'))
        async with talking(server) as talk:
            pages = [await talk.get(FRONT), await talk.get(FRONT)]
        assert [page.body for page in pages] == [b'{"hello": "world"}'] * 2
        assert server.connections == 2

    async def test_the_number_of_connections_is_capped(self) -> None:
        """A server that closes after every reply does not get a connection per ask for ever."""
        gate = gate_to_loopback(limits=Limits(connections=2))
        async with talking(Hears(HELLO_PAGE, most=1), gate=gate) as talk:
            await talk.get(FRONT)
            await talk.get(FRONT)
            with pytest.raises(NoAnswer) as caught:
                await talk.get(FRONT)
        assert caught.value.why == "the server closed the connection after every reply"

    async def test_the_number_of_asks_is_capped(self) -> None:
        """The ask beyond the cap is not sent."""
        gate, server = gate_to_loopback(limits=Limits(asks=2)), Hears(HELLO_PAGE)
        async with talking(server, gate=gate) as talk:
            await talk.get(FRONT)
            await talk.get(FRONT)
            with pytest.raises(NoAnswer) as caught:
                await talk.get(FRONT)
        assert caught.value.silence is Silence.TOO_LARGE
        assert len(server.heard) == 2

    async def test_the_bytes_of_a_conversation_are_capped(self) -> None:
        """Many small pages are as bad as a large one."""
        gate = gate_to_loopback(limits=Limits(received=3 * len(HELLO_PAGE)))
        async with talking(Hears(HELLO_PAGE), gate=gate) as talk:
            [await talk.get(FRONT) for _ in range(4)]
            with pytest.raises(NoAnswer) as caught:
                await talk.get(FRONT)
        assert caught.value.why == "the conversation grew beyond its budget"

    async def test_one_deadline_covers_the_whole_conversation(self) -> None:
        """A server may not take the limit of an ask once for every ask."""
        gate = gate_to_loopback(limits=Limits(ask=60, conversation=0.3))
        async with listening(connections.mute) as (address, port):
            with pytest.raises(NoAnswer) as caught:
                async with gate.converse(Endpoint(address=address, port=port), tls=False) as talk:
                    await talk.get(FRONT)
        assert caught.value.why == "the conversation took too long"

    async def test_a_closed_port_is_refused(self) -> None:
        """An observation, told apart from every silence."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(NoAnswer) as caught:
            async with gate_to_loopback().converse(
                Endpoint(address="127.0.0.1", port=port), tls=False
            ) as talk:
                await talk.get(FRONT)
        assert caught.value.silence is Silence.REFUSED

    async def test_an_error_of_the_network_is_a_silence_and_no_crash(self) -> None:
        """Port 0 cannot be connected to: whatever errno that is here, the round goes on."""
        with pytest.raises(NoAnswer):
            async with gate_to_loopback().converse(
                Endpoint(address="127.0.0.1", port=0), tls=False
            ) as talk:
                await talk.get(FRONT)

    async def test_a_wait_for_our_turn_is_not_the_peers_silence(self) -> None:
        """Politeness may take longer than an ask."""
        gate = gate_to_loopback(limits=Limits(ask=0.5, conversation=0.5), pace=Waits([0.4, 0.4]))
        page = await answer_of(Says(HELLO_PAGE), gate=gate)
        assert isinstance(page, Page)

    async def test_a_wait_for_room_is_not_the_peers_silence(self) -> None:
        """Large replies are taken in one after the other, and none is late for that."""
        gate = gate_to_loopback(limits=Limits(ask=5, conversation=0.5, large_at_once=1))
        large, server = Get("/", max_bytes=LARGE + 1), Hears(HELLO_PAGE)
        async with listening(server) as (address, port), anyio.create_task_group() as tasks:
            endpoint = Endpoint(address=address, port=port)
            await gate.large.acquire()
            tasks.start_soon(_get_once, gate, endpoint, large)
            await anyio.sleep(0.7)  # longer than the conversation may take
            assert server.heard == []
            gate.large.release()
        assert len(server.heard) == 1

    async def test_a_host_holds_one_conversation_at_a_time(self) -> None:
        """Whoever comes second waits; another host does not."""
        gate, order = gate_to_loopback(), list[str]()

        async def hold(address: str) -> None:
            async with gate.hold(address):
                order.append(address)

        async with anyio.create_task_group() as tasks, gate.hold("192.0.2.1"):
            tasks.start_soon(hold, "192.0.2.1")
            tasks.start_soon(hold, "192.0.2.2")
            await anyio.wait_all_tasks_blocked()
            assert order == ["192.0.2.2"]
        assert order == ["192.0.2.2", "192.0.2.1"]

    async def test_a_host_that_is_left_is_forgotten(self) -> None:
        """Memory follows the conversations under way and not the size of the scope."""
        gate = gate_to_loopback()
        async with gate.hold("192.0.2.1"):
            pass
        assert gate._hosts == {}  # noqa: SLF001 - what must not grow cannot be seen otherwise


async def _get_once(gate: Gate, endpoint: Endpoint, ask: Get) -> None:
    async with gate.converse(endpoint, tls=False) as talk:
        await talk.get(ask)


class TestDescriptors:
    """Nothing stays open, however a conversation ends."""

    async def test_a_conversation_that_is_cancelled_closes_its_connection(self) -> None:
        """The round may be stopped at any moment."""
        before = open_descriptors()
        async with listening(connections.mute) as (address, port):
            with anyio.move_on_after(0.1):
                async with gate_to_loopback().converse(
                    Endpoint(address=address, port=port), tls=False
                ) as talk:
                    await talk.get(FRONT)
        gc.collect()
        assert open_descriptors() == before

    @pytest.mark.skipif(sys.platform != "linux", reason="others refuse where Linux drops")
    @pytest.mark.parametrize("limits", [Limits(connect=0.2), Limits(ask=0.2), None])
    async def test_a_connect_that_hangs_is_left_and_closed(
        self, limits: Limits | None, full_port: int
    ) -> None:
        """A port whose queue is full answers no handshake; whoever gives up first, it is closed."""
        before = open_descriptors()
        with anyio.move_on_after(1) as patience:
            with pytest.raises(NoAnswer) as caught:
                async with gate_to_loopback(limits=limits).converse(
                    Endpoint(address="127.0.0.1", port=full_port), tls=False
                ) as talk:
                    await talk.get(FRONT)
            assert caught.value.silence is Silence.TIMEOUT
        assert patience.cancelled_caught is (limits is None)
        assert open_descriptors() == before

    async def test_a_failed_conversation_closes_its_connection(self) -> None:
        """So many silences a round, so many descriptors otherwise."""
        before = open_descriptors()
        await silence_of(http.endless_headers)
        await silence_of(connections.tls_refuses, tls=True)
        gc.collect()
        assert open_descriptors() == before


@pytest.fixture
def full_port() -> Iterator[int]:
    """Give a port that listens and whose queue of connections is full."""
    with ExitStack() as held:
        listener = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = held.enter_context(socket.socket())
            waiting.settimeout(0)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


class TestScope:
    """Nothing is sent beyond the scope."""

    @pytest.mark.parametrize("address", ["192.0.2.1", "0.0.0.0", "127.1", "localhost", "::"])
    async def test_a_conversation_outside_the_scope_ends_the_round(self, address: str) -> None:
        """It is refused before any packet."""
        with pytest.raises(OutOfScope):
            async with gate_to_loopback().converse(Endpoint(address=address, port=9), tls=False):
                pass

    async def test_a_connect_outside_the_scope_ends_the_round(self) -> None:
        """The scope is asked again at the dial."""
        gate = gate_to_loopback()
        talk = Conversation(Endpoint(address="192.0.2.1", port=9), tls=False, door=gate)
        with pytest.raises(OutOfScope):
            await talk.get(FRONT)
        assert gate.traffic.sent == 0

    async def test_the_guard_under_the_socket_has_the_last_word(self) -> None:
        """A scope that says yes by mistake is overruled, and that is no silence of the peer."""
        guard = Guard(AddressSet())
        server = Hears(HELLO_PAGE)
        async with listening(server) as (address, port):
            with pytest.raises(OutOfScope), guard.watching():
                await _get_once(gate_to_loopback(), Endpoint(address=address, port=port), FRONT)
        assert server.connections == 0


class TestAudit:
    """The trail tells everything that was done."""

    async def test_an_ask_is_noted_with_its_bytes_as_the_server_counted_them(self) -> None:
        """The bytes of the trail are the bytes of the wire."""
        trail, server = Trail(), Hears(HELLO_PAGE)
        gate = gate_to_loopback(trail=trail)
        async with talking(server, gate=gate) as talk:
            await talk.get(FRONT)
            await talk.get(FRONT)
        assert sum(act.sent for act in trail.acts) == server.received == gate.traffic.sent
        assert sum(act.received for act in trail.acts) == server.sent == gate.traffic.received
        assert [(act.act, act.ask, act.to, act.end) for act in trail.acts] == [
            ("ask", "GET /", str(talk.endpoint), "answered"),
            ("ask", "GET /", str(talk.endpoint), "answered"),
        ]
        assert all(act.source.startswith("127.0.0.1:") for act in trail.acts)

    async def test_a_silence_is_noted_by_its_name(self) -> None:
        """What was tried in vain was done all the same."""
        trail = Trail()
        gate = gate_to_loopback(trail=trail)
        async with listening(connections.gone_when_asked) as (address, port):
            with pytest.raises(NoAnswer):
                await _get_once(gate, Endpoint(address=address, port=port), FRONT)
        assert [act.end for act in trail.acts] == ["closed"]
        assert gate.traffic.silences == {Silence.CLOSED: 1}

    async def test_a_cancelled_ask_is_noted(self) -> None:
        """A round that is stopped has still sent what it sent."""
        trail = Trail()
        gate = gate_to_loopback(trail=trail)
        async with listening(connections.mute) as (address, port):
            with anyio.move_on_after(0.1):
                await _get_once(gate, Endpoint(address=address, port=port), FRONT)
        assert [act.end for act in trail.acts] == ["cancelled"]
        assert trail.acts[0].sent > 0


class TestStreams:
    """What a server of a protocol of its own answers."""

    async def test_the_frame_that_answers_is_handed_back(self) -> None:
        """Nothing of the next frame comes with it."""
        answer = await answer_of(Says(b"200 hello\r\n200 forged\r\n"), PING)
        assert answer == Answer(data=b"200 hello\r\n")

    async def test_a_server_that_speaks_first_is_listened_to(self) -> None:
        """Nothing is sent to it."""
        trail = Trail()
        answer = await answer_of(
            Says(b"220 ready\r\n", first=True), BANNER, gate=gate_to_loopback(trail=trail)
        )
        assert answer == Answer(data=b"220 ready\r\n")
        assert trail.acts[0].sent == 0

    async def test_who_hangs_up_is_met_on_a_new_connection(self) -> None:
        """Nothing is sent for it, nothing is awaited, and nobody is blamed."""
        trail, server = Trail(), Hears(b"200 ok\r\n")
        gate = gate_to_loopback(trail=trail)
        async with talking(server, gate=gate) as talk:
            await talk.exchange(PING)
            assert await talk.exchange(HANG_UP) == Answer(data=b"")
            await talk.exchange(PING)
        assert server.connections == 2
        assert server.heard == [b"PING\r\n", b"PING\r\n"]
        assert [(act.ask, act.sent, act.end) for act in trail.acts] == [
            ("PING", 6, "answered"),
            ("hang up", 0, "answered"),
            ("PING", 6, "answered"),
        ]
        assert gate.traffic.silences == {}

    @pytest.mark.parametrize(("said", "ask"), [(b"200 PONG\r\n", PING), (HELLO_PAGE, FRONT)])
    async def test_a_reset_before_an_ask_is_a_reset(self, said: bytes, ask: Spoken) -> None:
        """A socket tells of it once, when the ask is sent; that it closed would be half of it."""
        server = connections.AnswersThenResets(said)
        gate = gate_to_loopback()
        gate.reset_is_final = True
        async with talking(server, gate=gate) as talk:
            await put(talk, ask)
            await server.over.wait()
            with pytest.raises(NoAnswer) as caught:
                await put(talk, ask)

        assert caught.value.silence is Silence.RESET

    async def test_an_answer_that_came_before_a_reset_is_read(self) -> None:
        """That the ask could not be sent any more is another matter."""
        server = connections.AnswersThenResets(b"200 PONG\r\n221 BYE\r\n")
        async with talking(server) as talk:
            await put(talk, PING)
            await server.over.wait()

            assert await put(talk, PING) == Answer(data=b"221 BYE\r\n")

    async def test_the_last_words_of_a_server_that_closes_are_heard(self) -> None:
        """What it said before it closed, although our own words do not reach it any more."""
        answer = await answer_of(Says(b"421 too many connections\r\n", first=True), PING)
        assert answer == Answer(data=b"421 too many connections\r\n")

    @pytest.mark.parametrize(
        ("server", "silence"),
        [
            (connections.reset_when_asked, Silence.RESET),
            (Says(b"200-never "), Silence.CLOSED),
            (Says(b"\x00\xff\r\n"), Silence.GARBLED),
            (Repeats(b"200-", b"a" * 1024), Silence.GARBLED),
        ],
    )
    async def test_a_hostile_server_is_a_silence_with_its_name(
        self, server: Serve, silence: Silence
    ) -> None:
        """Closed, reset and garbled are three answers."""
        assert (await silence_of(server, PING)).silence is silence

    async def test_a_reply_above_its_cap_is_too_large(self) -> None:
        """The cap holds whatever the framing thinks."""
        endless = Exchange(
            name="X", encode=lambda: b"x\r\n", framing=lambda _data: None, max_bytes=1 << 16
        )
        failure = await silence_of(Repeats(b"", b"x" * 1024), endless)
        assert failure.silence is Silence.TOO_LARGE
        assert failure.received < 1 << 18

    async def test_a_listener_has_its_own_patience(self) -> None:
        """A server that waits for its resolver may take longer to greet than to answer."""
        patient = Listen(name="banner", framing=lines.frame, seconds=5)
        slow = Drips(b"200 \r\n", seconds=0.1)
        ask = Exchange(name="PING", encode=lambda: b"x\r\n", framing=lines.frame)
        assert (await silence_of(slow, ask, limits=HASTY)).silence is Silence.TIMEOUT
        greeting = Says(b"220 ready\r\n", first=True)
        answer = await answer_of(greeting, patient, gate=gate_to_loopback(limits=Limits(ask=1e-9)))
        assert answer == Answer(data=b"220 ready\r\n")

    async def test_a_silence_can_be_the_answer(self) -> None:
        """A peer that has nothing to say first has said so; one that hangs up has not."""
        either = replace(BANNER, seconds=0.1, silence_answers=True)
        spoken = Says(b"220 ready\r\n", first=True)
        assert await answer_of(connections.mute, either) == Answer(data=b"")
        assert await answer_of(spoken, either) == Answer(data=b"220 ready\r\n")
        assert (await silence_of(connections.gone, either)).silence is Silence.CLOSED
        cut_short = Says(b"220 re", first=True, holds=True)
        assert (await silence_of(cut_short, either)).silence is Silence.TIMEOUT

    @pytest.mark.parametrize(
        ("ask", "silence"),
        [
            (
                Exchange(name="X", encode=lambda: {}["peer"], framing=lines.frame),  # type: ignore[index]
                Silence.BUG,
            ),
            (
                Exchange(name="X", encode=lambda: b"x", framing=lambda data: data.index(b"!")),
                Silence.BUG,
            ),
            (Get("/{}/{}", ("one",)), Silence.BUG),
        ],
        ids=["encode", "framing", "target"],
    )
    async def test_what_an_ask_brings_along_may_be_wrong(
        self, ask: Spoken, silence: Silence
    ) -> None:
        """A probe's encoder, framing or template that fails does not end the round."""
        assert (await silence_of(Hears(b"200 ok\r\n"), ask)).silence is silence


class TestCountedLines:
    """Listings over a passive data connection."""

    async def counted(
        self, data: Serve, *, replies: bytes = b"150 here\r\n226 done\r\n", ask: CountLines = NLST
    ) -> Answer:
        """List once, over a control connection that gives these replies."""
        gate = gate_to_loopback(limits=Limits(ask=1))
        async with listening(data) as (_, port), talking(Hears(replies), gate=gate) as talk:
            return await talk.exchange(ask.at(port))

    @pytest.mark.parametrize(
        ("listing", "count"), [(b"", 0), (b"a\r\nb\r\n", 2), (b"a\nb\nc", 3), (b"\n", 1)]
    )
    async def test_lines_are_counted_and_dropped(self, listing: bytes, count: int) -> None:
        """Only the replies of the control connection and the number are kept."""
        answer = await self.counted(Says(listing, first=True))
        assert answer == Answer(data=b"150 here\r\n226 done\r\n", lines=count)

    async def test_a_refused_listing_has_no_lines(self) -> None:
        """A `550` is the answer; the data connection is not waited for."""
        answer = await self.counted(connections.mute, replies=b"550 recvq: no access\r\n")
        assert answer == Answer(data=b"550 recvq: no access\r\n", lines=0)

    async def test_a_data_port_that_never_answers_is_a_timeout(self) -> None:
        """The deadline of the ask covers both connections."""
        control = talking(Hears(b"150 here\r\n"), gate=gate_to_loopback(limits=HASTY))
        async with listening(connections.mute) as (_, port), control as talk:
            with pytest.raises(NoAnswer) as caught:
                await talk.exchange(NLST.at(port))
        assert caught.value.silence is Silence.TIMEOUT

    async def test_an_endless_listing_is_too_large(self) -> None:
        """Counting needs no memory, and still has an end."""
        ask = CountLines(name="NLST", command=b"NLST\r\n", framing=lines.frame, max_bytes=1 << 20)
        endless = listening(Repeats(b"", b"fax\r\n", first=True))
        async with endless as (_, port), talking(Hears(b"150 here\r\n")) as talk:
            with pytest.raises(NoAnswer) as caught:
                await talk.exchange(ask.at(port))
        assert caught.value.why == "a listing above 1048576 bytes"

    async def test_a_data_port_that_prints_is_not_connected_to(self) -> None:
        """A fax server may announce any port of its address; a connection to 9100 can print."""
        trail = Trail()
        async with talking(Hears(b"221 bye\r\n"), gate=gate_to_loopback(trail=trail)) as talk:
            with pytest.raises(NoAnswer) as caught:
                await talk.exchange(NLST.at(9100))
        assert caught.value.silence is Silence.GARBLED
        assert [act.act for act in trail.acts] == ["ask"]

    async def test_a_refused_data_port_leaves_the_control_connection_whole(self) -> None:
        """The session is still there to be ended politely, and the trail names the port."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            closed = listener.getsockname()[1]
        trail, server = Trail(), Hears(b"221 bye\r\n")
        gate = gate_to_loopback(trail=trail)
        async with talking(server, gate=gate) as talk:
            with pytest.raises(NoAnswer) as caught:
                await talk.exchange(NLST.at(closed))
            await talk.exchange(PING)
        assert caught.value.silence is Silence.REFUSED
        assert server.connections == 1
        assert gate.traffic.asks == 2
        assert [(act.act, act.to, act.end) for act in trail.acts] == [
            ("connect", f"127.0.0.1:{closed}", "refused"),
            ("ask", str(talk.endpoint), "refused"),
            ("ask", str(talk.endpoint), "answered"),
        ]


class TestTls:
    """TLS servers of every age."""

    async def test_a_self_signed_server_is_read_and_described(self) -> None:
        """A certificate that nobody vouches for is a fact, and no reason to look away."""
        page = await answer_of(Says(HELLO_PAGE), tls=server_context(["fax.example.invalid"]))
        assert isinstance(page, Page)
        assert page.tls is not None
        assert page.tls.names == ("fax.example.invalid",)
        assert page.tls.issuer == "CN=fax.example.invalid"
        assert page.tls.key_sha256 is not None
        assert page.body == b'{"hello": "world"}'

    async def test_an_expired_certificate_is_read(self) -> None:
        """Its dates are reported."""
        expired = datetime(2020, 1, 1, tzinfo=UTC)
        facts = await self.facts(_context_of(not_after=expired))
        assert facts.not_after == expired

    @pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
    async def test_a_server_of_tls_1_0_is_readable(self) -> None:
        """What hospitals run is older than what a library defaults to."""
        context = _context_of()
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        facts = await self.facts(context)
        assert facts.version == "TLSv1"

    async def facts(self, context: ssl.SSLContext) -> TlsFacts:
        """Fetch a page over TLS and give what the handshake showed."""
        page = await answer_of(Says(HELLO_PAGE), tls=context)
        assert page.tls is not None
        return page.tls

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2])
    async def test_a_server_that_demands_a_certificate_says_so(
        self, version: ssl.TLSVersion
    ) -> None:
        """TLS 1.3 has an alert for it; before, it is the only cause after the cipher is agreed."""
        authority = trustme.CA()
        context = _context_of(authority)
        context.maximum_version, context.verify_mode = version, ssl.CERT_REQUIRED
        authority.configure_trust(context)
        with demanding(context) as port, pytest.raises(NoAnswer) as caught:
            async with gate_to_loopback().converse(
                Endpoint(address="127.0.0.1", port=port), tls=True
            ) as talk:
                await talk.get(FRONT)
        assert caught.value.silence is Silence.CLIENT_CERT

    @pytest.mark.parametrize(
        ("server", "silence"),
        [
            (connections.tls_stalls, Silence.TIMEOUT),
            (connections.tls_stalls_within, Silence.TIMEOUT),
            (connections.tls_refuses, Silence.TLS),
            (connections.tls_floods, Silence.TLS),
            (connections.gone_when_asked, Silence.CLOSED),
            (Says(HELLO_PAGE), Silence.TLS),
        ],
    )
    async def test_a_handshake_that_fails_is_a_silence_with_its_name(
        self, server: Serve, silence: Silence
    ) -> None:
        """A stall is a time-out, an alert or nonsense is TLS."""
        failure = await silence_of(server, limits=HASTY, tls=True)
        assert failure.silence is silence

    async def test_a_certificate_with_thousands_of_names_is_cut(self) -> None:
        """A report needs to recognise it, and no more."""
        context = connections.tls_with_names(connections.MANY_NAMES)
        facts = await self.facts(context)
        assert len(facts.names) == 20

    async def test_a_second_ask_goes_over_the_same_handshake(self) -> None:
        """Keep-alive holds over TLS as well."""
        server = Hears(HELLO_PAGE)
        async with talking(server, tls=server_context(["a.example"])) as talk:
            await talk.get(FRONT)
            await talk.get(FRONT)
        assert server.connections == 1


@contextmanager
def demanding(context: ssl.SSLContext) -> Iterator[int]:
    """Serve one handshake with OpenSSL's own alerts, which `anyio` keeps back; give the port."""

    def shake_hands() -> None:
        accepted, _ = listener.accept()
        with accepted, suppress(OSError), context.wrap_socket(accepted, server_side=True) as tls:
            tls.recv(1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=shake_hands)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def _context_of(
    authority: trustme.CA | None = None, not_after: datetime | None = None
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = (authority or trustme.CA()).issue_cert("fax.example", not_after=not_after)
    certificate.configure_cert(context)
    return context


class TestStrain:
    """A host that struggles with our conversations is given more rest."""

    async def test_a_server_that_keeps_an_ask_waiting_is_spared(self) -> None:
        """Its silence reaches the pace that the sweep shares."""
        pace = Waits()
        async with listening(connections.tls_stalls) as (address, port):
            gate = gate_to_loopback(limits=HASTY, pace=pace)
            with pytest.raises(NoAnswer):
                async with gate.converse(Endpoint(address=address, port=port), tls=False) as talk:
                    await talk.get(FRONT)

        assert pace.slowed == [address]

    async def test_a_server_that_answers_is_not(self) -> None:
        """An answer costs nobody rest."""
        pace = Waits()
        await answer_of(Says(HELLO_PAGE), gate=gate_to_loopback(pace=pace))

        assert pace.slowed == []


class TestSlowLooks:
    """A frame that takes long to look through belongs to a server that wants it so."""

    async def test_a_drip_does_not_have_us_look_for_each_of_its_bytes(self) -> None:
        """Most of the time is everybody else's: three hundred bytes cost a dozen looks."""
        looks: list[int] = []
        ask = replace(PING, framing=partial(slow_frame, looks))

        answer = await answer_of(Drips(b"x" * 299 + b"\n", seconds=0.001), ask)

        assert answer == Answer(data=b"x" * 299 + b"\n")
        assert len(looks) < 40

    async def test_a_frame_that_was_slow_to_come_is_whole_although_the_server_hung_up(self) -> None:
        """It ended while nobody looked."""
        ask = replace(PING, framing=partial(slow_frame, []))

        assert await answer_of(Drips(b"ab\n", seconds=0.001), ask) == Answer(data=b"ab\n")

    async def test_what_is_too_large_is_so_while_nobody_looks(self) -> None:
        """No more is taken than the ask allows."""
        ask = replace(PING, framing=partial(slow_frame, []), max_bytes=1 << 16)

        silence = await silence_of(Repeats(b"", b"x"), ask)

        assert silence.silence is Silence.TOO_LARGE
        assert silence.received <= 1 << 18


def slow_frame(looks: list[int], data: bytes) -> int | None:
    """Frame a line, in five milliseconds; note each look."""
    looks.append(len(data))
    until = time.perf_counter() + 0.005
    while time.perf_counter() < until:
        pass
    return data.find(b"\n") + 1 or None
