"""Datagrams over real sockets: from whom an answer is taken, and what becomes of it."""

import socket
import sys
from dataclasses import replace

import pytest

from probes.memcachedudp import CONTROL, VERSION, MemcachedUdp
from scanner.addresses import AddressSet
from scanner.conversation import Limits
from scanner.datagrams import Heard, Post
from scanner.guard import Guard, OutOfScope
from scanner.identify import Opening, datagram_openings
from scanner.model import (
    Access,
    Assessment,
    Endpoint,
    Refused,
    Silence,
    Transport,
    Unknown,
)
from scanner.probe import Answer, Datagram, DatagramDialogue, Ends, NoAnswer, Visit
from scanner.visit import visit_heard
from tests.fakes.datagrams import answering, nobody
from tests.fakes.gates import Trail, Waits, gate_to_loopback

pytestmark = pytest.mark.anyio

#: For peers that are silent: the test takes this long.
HASTY = Limits(ask=0.2)

HELLO = Datagram(name="hello", encode=lambda _: b"hello", max_bytes=8)
ANYWHERE = Datagram(name="hello", encode=lambda _: b"hello", max_bytes=8, any_port=True)


def at(port: int, address: str = "127.0.0.1") -> Endpoint:
    """Name a UDP endpoint of loopback."""
    return Endpoint(address=address, port=port, transport=Transport.UDP)


async def silence_of(ask: Datagram, port: int) -> Silence:
    """Send a datagram that is not answered, and tell why."""
    with pytest.raises(NoAnswer) as caught:
        await gate_to_loopback(limits=HASTY).post(at(port), ask)
    return caught.value.silence


class TestGate:
    """One datagram out, at most one in."""

    @pytest.mark.parametrize("ask", [HELLO, ANYWHERE])
    @pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
    async def test_the_answer_is_handed_back(self, ask: Datagram, address: str) -> None:
        """Over IPv4 and IPv6, whether or not the port may differ."""
        with answering(b"world", address=address) as box:
            answer = await gate_to_loopback().post(at(box.port, address), ask)

        assert (box.got, answer) == ([b"hello"], Answer(data=b"world"))

    async def test_an_answer_from_another_port_is_no_answer(self) -> None:
        """Nobody asked that port."""
        with answering(b"world", elsewhere=True) as box:
            assert await silence_of(HELLO, box.port) is Silence.TIMEOUT

    async def test_an_answer_from_another_port_counts_where_the_protocol_says_so(self) -> None:
        """TFTP answers so."""
        with answering(b"world", elsewhere=True) as box:
            answer = await gate_to_loopback().post(at(box.port), ANYWHERE)

        assert answer.data == b"world"

    @pytest.mark.parametrize("ask", [HELLO, ANYWHERE])
    @pytest.mark.skipif(
        sys.platform != "linux", reason="other kernels keep ICMP errors to themselves"
    )
    async def test_a_port_on_which_nobody_listens_is_refused(self, ask: Datagram) -> None:
        """ICMP says so, and we hear it."""
        with nobody() as port:
            assert await silence_of(ask, port) is Silence.REFUSED

    async def test_a_longer_answer_than_allowed_is_too_large(self) -> None:
        """Nothing of it is kept."""
        with answering(b"123456789") as box:
            assert await silence_of(HELLO, box.port) is Silence.TOO_LARGE

    async def test_a_bug_of_an_encoder_sends_nothing(self) -> None:
        """It is the probe's, and no news from the peer."""
        broken = Datagram(name="broken", encode=lambda ends: int(ends.there[0]).to_bytes())
        with answering(b"world") as box:
            assert await silence_of(broken, box.port) is Silence.BUG
            assert box.got == []

    async def test_a_datagram_outside_the_scope_is_never_sent(self) -> None:
        """The gate refuses before any socket is opened."""
        with pytest.raises(OutOfScope):
            await gate_to_loopback().post(at(9, "192.0.2.1"), HELLO)

    async def test_a_datagram_waits_for_its_turn(self) -> None:
        """The pace is the same as for connections."""
        pace = Waits(waits=[0.01])
        with answering(b"world") as box:
            await gate_to_loopback(pace=pace).post(at(box.port), HELLO)

        assert pace.waits == []

    async def test_a_datagram_is_in_the_trail_with_its_bytes(self) -> None:
        """To whom, from where, and how it ended."""
        trail = Trail()
        with answering(b"world") as box:
            gate = gate_to_loopback(trail=trail, limits=HASTY)
            await gate.post(at(box.port), HELLO)
            with pytest.raises(NoAnswer):
                await gate.post(at(box.port), HELLO)

        assert [(act.act, act.ask, act.end) for act in trail.acts] == [
            ("ask", "hello", "answered"),
            ("ask", "hello", "timeout"),
        ]
        assert trail.acts[0].to == f"127.0.0.1:{box.port}/udp"
        assert [(act.sent, act.received) for act in trail.acts] == [(5, 5), (5, 0)]
        assert all(act.source.startswith("127.0.0.1:") for act in trail.acts)
        assert gate.traffic.asks == 2


class TestPost:
    """One datagram on a socket of its own."""

    def test_both_ends_are_known_to_the_encoder(self) -> None:
        """SIP writes them into what it says."""
        ends: list[Ends] = []

        def encode(given: Ends) -> bytes:
            ends.append(given)
            return b"x"

        with answering() as box:
            post = Post(Datagram(name="x", encode=encode), ("127.0.0.1", box.port))
            post.send()
            post.close()

        assert ends[0].there == ("127.0.0.1", box.port)
        assert ends[0].here[0] == "127.0.0.1"

    @pytest.mark.parametrize("ask", [HELLO, ANYWHERE])
    def test_the_guard_sees_every_datagram(self, ask: Datagram) -> None:
        """Connected or not, a socket cannot send beyond what it allows."""
        post, guard = Post(ask, ("127.0.0.1", 9)), Guard(AddressSet())
        with pytest.raises(OutOfScope), guard.watching():
            post.send()
        post.close()

    def test_what_another_address_sends_is_dropped(self) -> None:
        """A socket that is not connected compares the address itself."""
        if sys.platform != "linux":
            pytest.skip("needs all of 127.0.0.0/8")
        with answering() as box, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as liar:
            post = Post(ANYWHERE, ("127.0.0.1", box.port))
            post.send()
            ours = socket.fromfd(post.fileno(), socket.AF_INET, socket.SOCK_DGRAM)
            liar.bind(("127.0.0.2", 0))
            liar.sendto(b"liar", ("127.0.0.1", ours.getsockname()[1]))
            ours.close()
            heard = post.receive()
            post.close()

        assert heard is None


async def visited(heard: bytes, *answers: bytes, trail: Trail | None = None) -> Visit | None:
    """Settle an endpoint that answered so to the knock, and answers so to what follows."""
    probe = MemcachedUdp()
    gate = gate_to_loopback(limits=HASTY, trail=trail)
    with answering(*answers) as box:
        said = Heard(heard, 17, "127.0.0.1:40000")
        return await visit_heard(gate, at(box.port), Opening(VERSION, (probe,)), said)


FRAME = b"RO\0\0\0\1\0\0"
TOLD = FRAME + b"VERSION 1.6.18\r\n"


class TestVisit:
    """What the sweep heard is settled by the probe that opens the port."""

    async def test_the_answer_to_the_knock_is_not_asked_for_again(self) -> None:
        """The front is in the trail once, with what the sweep sent; the control follows."""
        trail = Trail()
        made = await visited(TOLD, FRAME + b"ERROR\r\n", trail=trail)

        assert made is not None
        assert isinstance(made.outcome, Assessment)
        assert made.outcome.access is Access.OPEN
        assert made.endpoint.transport is Transport.UDP
        assert [(act.ask, act.sent) for act in trail.acts] == [
            (VERSION.name, 17),
            (CONTROL.name, 31),
        ]

    @pytest.mark.parametrize(
        ("heard", "silence"),
        [
            pytest.param(FRAME + b"ERROR\r\n", Silence.UNRECOGNISED, id="another product"),
            pytest.param(TOLD, Silence.TIMEOUT, id="the control is lost"),
            pytest.param(b"x" * 1453, Silence.TOO_LARGE, id="too large"),
        ],
    )
    async def test_what_cannot_be_told_is_unknown(self, heard: bytes, silence: Silence) -> None:
        """With its reason."""
        made = await visited(heard)

        assert made is not None
        assert isinstance(made.outcome, Unknown)
        assert made.outcome.silence is silence

    async def test_one_deadline_covers_all_that_a_probe_asks(self) -> None:
        """A probe that never ends costs it, and no more."""

        class Endless(MemcachedUdp):
            def assess(self, front: Answer) -> DatagramDialogue:
                """Ask and ask again."""
                while front.data:
                    yield CONTROL
                raise NotImplementedError

        gate = gate_to_loopback(limits=Limits(conversation=0.2))
        with answering(*[FRAME + b"ERROR\r\n"] * 100_000) as box:
            made = await visit_heard(
                gate, at(box.port), Opening(VERSION, (Endless(),)), Heard(TOLD, 17, "")
            )

        assert made is not None
        assert isinstance(made.outcome, Unknown)
        assert made.outcome.why == "the conversation took too long"

    async def test_nothing_is_sent_after_an_interruption(self) -> None:
        """A visit that may not begin is none; what the sweep sent is in the trail all the same."""

        async def never() -> bool:
            return False

        trail = Trail()
        made = await visit_heard(
            gate_to_loopback(trail=trail),
            at(9),
            Opening(VERSION, (MemcachedUdp(),)),
            Heard(TOLD, 17, ""),
            may_begin=never,
        )

        assert made is None
        assert [act.ask for act in trail.acts] == [VERSION.name]


class TestOpenings:
    """Which datagram knocks on a port."""

    def test_a_port_that_two_probes_would_knock_on_differently_is_refused(self) -> None:
        """One datagram goes to a port; the message says who and what to do."""

        class Other(MemcachedUdp):
            about = replace(MemcachedUdp.about, name="other", front=CONTROL)

        with pytest.raises(Refused, match="memcachedudp and other both claim UDP port 11211"):
            datagram_openings((MemcachedUdp(), Other()), {})

    def test_two_probes_may_read_one_answer(self) -> None:
        """As HTTP probes share a front page; a port that the scope names belongs to its probe."""

        class Other(MemcachedUdp):
            about = replace(MemcachedUdp.about, name="other")

        openings = datagram_openings((MemcachedUdp(), Other()), {"other": frozenset({9})})

        assert {port: len(opening.probes) for port, opening in openings.items()} == {
            11211: 2,
            9: 1,
        }
