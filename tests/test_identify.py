"""One front ask for all the probes of a port; the first that recognises the reply speaks on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from structlog.testing import capture_logs

from scanner.conversation import Limits
from scanner.demo.listen import Serve, listening
from scanner.guard import OutOfScope
from scanner.identify import (
    AnyHearing,
    Met,
    Opening,
    demands_certificate,
    hearings,
    recognise,
    wants_other_transport,
)
from scanner.model import Endpoint, Service, Silence, Unknown
from scanner.probe import (
    FRONT,
    About,
    Answer,
    AnyProbe,
    Ask,
    Exchange,
    Fixed,
    Get,
    HttpAsk,
    NoAnswer,
    Page,
    Reply,
    StreamAsk,
)
from scanner.stream import Meter
from scanner.wire import Garbled, lines
from tests.fakes import connections, http
from tests.fakes.gates import Hears, gate_to_loopback
from tests.fakes.scripted import Says

PAGE = http.page(b"{}", b"server: a")
PING = Exchange(name="PING", encode=lambda: b"PING\r\n", framing=lines.frame)
VERSION = Get("/version")
PROBABLY = Service("a", "1.0")

WITHOUT_EXTRAS: dict[str, frozenset[int]] = {}


def recognises_nothing(_front: Any) -> None:
    """Another product."""


@dataclass
class Fake:
    """A probe that identifies as it is told, and claims port 9 or others."""

    name: str = "a"
    identified: Callable[[Any], Any] = recognises_nothing
    front: Ask = FRONT
    ports: frozenset[int] = frozenset({9})
    tls_ports: frozenset[int] = frozenset()
    about: About = field(init=False)

    def __post_init__(self) -> None:
        """Say what it is."""
        self.about = About(
            name=self.name,
            title="A fake",
            ports=self.ports,
            tls_ports=self.tls_ports,
            front=self.front,
            asks=(self.front,),
            proves="nothing",
            cwe=306,
            remedy="none",
        )

    def identify(self, front: Any) -> Any:
        """Do as told."""
        return self.identified(front)

    def assess(self, front: Any) -> Any:
        """Never get there."""
        raise NotImplementedError


def fronts(*probes: Any, port: int = 9) -> tuple[AnyHearing, ...]:
    """Group probes for a port."""
    return hearings(probes, WITHOUT_EXTRAS, port)


async def put(server: Serve, *probes: Any) -> tuple[Opening[Any, Any], Page | Answer]:
    """Put the front that all the probes share to a server; give what answered."""
    (front,) = fronts(*probes)
    (opening,) = front.openings
    async with (
        listening(server) as (address, port),
        gate_to_loopback().converse(Endpoint(address=address, port=port), tls=False) as talk,
    ):
        return opening, await front.channel(talk, opening.front)


async def hear(server: Serve, *probes: Any) -> list[Met[Any, Any] | Unknown]:
    """Give what the probes make of what a server answers to the front that they share."""
    opening, reply = await put(server, *probes)
    return list(recognise(opening, reply))


class TestHearings:
    """Which asks open a conversation on a port."""

    def test_http_probes_share_one_front(self) -> None:
        """One page for all of them, in the order of the probes."""
        first, second = Fake("first"), Fake("second")
        (front,) = fronts(first, second)
        assert front.openings == (Opening(FRONT, (first, second)),)

    def test_other_pages_are_asked_in_the_same_conversation_after_the_shared_one(self) -> None:
        """A product that says nothing of itself at `/` costs one request, not one connection."""
        other, shared = Fake("other", front=VERSION), Fake("shared")
        (front,) = fronts(other, shared)
        assert front.openings == (Opening(FRONT, (shared,)), Opening(VERSION, (other,)))
        assert front.is_http

    def test_another_front_is_another_hearing_and_http_comes_first(self) -> None:
        """A page costs a server less than words that it does not understand."""
        stream, page = Fake("stream", front=PING), Fake("page")
        heard = fronts(stream, page)
        assert [opening.front for one in heard for opening in one.openings] == [FRONT, PING]

    def test_a_port_that_nobody_claims_is_left_alone(self) -> None:
        """There is no probe that tries everything."""
        assert fronts(Fake(), port=10) == ()

    def test_a_port_of_the_scope_is_claimed_for_its_probe_only(self) -> None:
        """`extra_ports` names the probe."""
        known, other = Fake("known"), Fake("other")
        probes: tuple[AnyProbe, ...] = (known, other)
        (front,) = hearings(probes, {"known": frozenset({9201})}, 9201)
        assert front.openings == (Opening(FRONT, (known,)),)

    @pytest.mark.parametrize(
        ("probes", "tls_first"),
        [
            ((Fake(ports=frozenset(), tls_ports=frozenset({9})),), True),
            ((Fake(ports=frozenset({9}), tls_ports=frozenset({9})),), False),
            ((Fake(ports=frozenset(), tls_ports=frozenset({9})), Fake()), False),
        ],
    )
    def test_tls_goes_first_where_every_probe_expects_it(
        self,
        probes: tuple[Fake, ...],
        tls_first: bool,  # noqa: FBT001 - expected
    ) -> None:
        """Otherwise the clear goes first, which old servers answer as well."""
        (front,) = fronts(*probes)
        assert front.tls_first is tls_first


@pytest.mark.anyio
class TestRecognition:
    """Who recognises a reply."""

    async def test_the_front_is_asked_once_for_several_probes(self) -> None:
        """Whoever recognises it has met a product, in the order of the probes."""
        server = Hears(PAGE)
        second, third = Fake("second", lambda _: PROBABLY), Fake("third", lambda _: Service("c"))
        met = await hear(server, Fake("first"), second, third)
        assert met == [Met(second, PROBABLY), Met(third, Service("c"))]
        assert len(server.heard) == 1

    async def test_a_reply_that_nobody_recognises_is_nobodys(self) -> None:
        """It is left to whoever asks next."""
        assert await hear(Says(PAGE), Fake("first"), Fake("second")) == []

    async def test_a_page_that_demands_a_certificate_is_told(self) -> None:
        """What nginx says inside TLS where others refuse the handshake."""
        body = b"<center><h1>400 Bad Request</h1>No required SSL certificate was sent</center>"
        _, refusal = await put(Says(http.page(body, status=b"400 Bad Request")), Fake())
        assert demands_certificate(refusal)
        assert not demands_certificate((await put(Says(http.page(body)), Fake()))[1])

    async def test_a_stream_is_recognised_by_its_first_frame(self) -> None:
        """In the same way as a page."""
        probe = Fake(identified=lambda _: PROBABLY, front=PING)
        opening, reply = await put(Says(b"200 pong\r\n"), probe)
        assert reply == Answer(data=b"200 pong\r\n")
        assert list(recognise(opening, reply)) == [Met(probe, PROBABLY)]

    async def test_a_bug_of_one_probe_does_not_keep_another_from_recognising(self) -> None:
        """The reply is shared; the fault is not."""

        def fails(_front: Page) -> None:
            raise StopIteration

        with capture_logs() as events:
            bug, met = await hear(Says(PAGE), Fake("broken", fails), Fake("b", lambda _: PROBABLY))
        assert isinstance(bug, Unknown)
        assert isinstance(met, Met)
        assert [event["probe"] for event in events] == ["broken"]

    @pytest.mark.parametrize(
        ("identified", "silence"),
        [
            (lambda _front: 1 // 0, Silence.BUG),
            (lambda _front: next(iter(())), Silence.BUG),
            (lambda _front: True, Silence.BUG),
            (lambda front: front.json()["version"], Silence.GARBLED),
        ],
        ids=["exception", "end of an iterator", "no service", "garbled"],
    )
    async def test_what_went_wrong_is_told_when_nobody_recognises_the_reply(
        self, identified: Callable[[Any], Any], silence: Silence
    ) -> None:
        """A product that a broken probe would have known is not "another product"."""
        with capture_logs():
            (unknown,) = await hear(Says(PAGE), Fake("first", identified), Fake("second"))
        assert isinstance(unknown, Unknown)
        assert unknown.silence is silence

    async def test_leaving_the_scope_passes(self) -> None:
        """That ends the round."""

        def leaves(_front: Page) -> None:
            raise OutOfScope("socket.connect")

        with pytest.raises(OutOfScope):
            await hear(Says(PAGE), Fake("a", leaves))


#: What CUPS answers in clear where a password would be asked for; servers of WebSockets, too.
UPGRADE = b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: %s\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.anyio
class TestTransport:
    """Whether the first answer says that the port wants the other transport."""

    async def wants_other(self, server: Serve, ask: HttpAsk | StreamAsk, *, tls: bool) -> bool:
        """Put an ask to a server over one transport; tell whether it asks for the other."""
        said: Reply | NoAnswer
        async with listening(server) as (address, port):
            gate = gate_to_loopback(limits=Limits(ask=0.3))
            async with gate.converse(Endpoint(address=address, port=port), tls=tls) as talk:
                try:
                    said = await (
                        talk.get(ask) if isinstance(ask, Get | Fixed) else talk.exchange(ask)
                    )
                except NoAnswer as silence:
                    said = silence
                return wants_other_transport(said, talk.meter, tls=tls)

    @pytest.mark.parametrize(
        ("server", "wanted"),
        [
            (http.tls_port_of_nginx, True),
            (http.tls_port_of_go, True),
            (Says(UPGRADE % b"TLS/1.2,TLS/1.1,TLS/1.0"), True),
            (Says(UPGRADE % b"websocket"), False),
            (connections.tls_refuses, True),
            (connections.gone_when_asked, True),
            (connections.reset_when_asked, True),
            (Says(b"\x15\x03\x01", holds=True), True),
            (Says(PAGE), False),
            (Says(http.page(b"Bad Request", status=b"400 Bad Request")), False),
            (Says(http.page(b"Client sent an HTTP request to an HTTPS server")), False),
            (connections.mute, False),
            (Says(b"HTTP/1.1 20"), False),
            (Says(b"SSH-2.0-OpenSSH_9.6\r\n", first=True), False),
        ],
    )
    async def test_plain_words_to_a_tls_port_are_noticed(
        self,
        server: Serve,
        wanted: bool,  # noqa: FBT001 - expected
    ) -> None:
        """By the words of nginx and Go, by 426, by an alert, or by a door shut without a word."""
        assert await self.wants_other(server, FRONT, tls=False) is wanted

    @pytest.mark.parametrize(
        ("server", "wanted"),
        [
            (connections.tls_refuses, True),
            (connections.gone_when_asked, True),
            (Says(b"200 pong\r\n"), False),
        ],
    )
    async def test_a_stream_notices_it_as_well(
        self,
        server: Serve,
        wanted: bool,  # noqa: FBT001 - expected
    ) -> None:
        """An alert is an alert, whatever was said."""
        assert await self.wants_other(server, PING, tls=False) is wanted

    @pytest.mark.parametrize(
        ("server", "wanted"),
        [
            (Says(http.page(b"", status=b"400 Bad Request")), True),
            (Says(b"220 ready\r\n", first=True), True),
            (connections.gone_when_asked, True),
            (connections.tls_refuses, False),
            (connections.tls_stalls, False),
        ],
    )
    async def test_a_handshake_with_a_plain_port_is_noticed(
        self,
        server: Serve,
        wanted: bool,  # noqa: FBT001 - expected
    ) -> None:
        """A server that refuses our handshake in TLS speaks TLS, and is not asked in clear."""
        assert await self.wants_other(server, FRONT, tls=True) is wanted

    @pytest.mark.parametrize("silence", [Silence.TIMEOUT, Silence.REFUSED, Silence.CLIENT_CERT])
    async def test_other_silences_say_nothing_of_the_transport(self, silence: Silence) -> None:
        """A second conversation would only cost time."""
        said = NoAnswer(silence, "")
        assert not wants_other_transport(said, Meter(), tls=False)
        assert not wants_other_transport(said, Meter(), tls=True)

    async def test_garbled_words_say_nothing_of_the_transport(self) -> None:
        """`Garbled` is not what the gate raises; it is no answer of a server at all."""
        assert not wants_other_transport(Garbled("x"), Meter(), tls=False)
