"""A dialogue is driven to its verdict, and what a probe does wrong is a verdict too."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from scanner.assess import assess
from scanner.guard import OutOfScope
from scanner.model import Access, Assessment, Closed, Holding, Outcome, Service, Silence, Unknown
from scanner.probe import FRONT, About, Get, HttpAsk, HttpDialogue, NoAnswer, Page
from scanner.wire import Garbled

pytestmark = pytest.mark.anyio

LISTING = Get("/_all")
NAMED = Get("/{}/_stats")
UNDECLARED = Get("/_search")
PAGE = Page(status=200, headers={}, body=b"{}")
LOCKED = Assessment(access=Access.LOCKED, service=Service("x"), because="GET /_all answered 401")


@dataclass
class Fake:
    """A probe whose dialogue is handed to it."""

    dialogue: Callable[[Page], HttpDialogue]
    about: About = field(
        default=About(
            name="fake",
            title="A fake",
            ports=frozenset({9}),
            front=FRONT,
            asks=(FRONT, LISTING, NAMED),
            proves="nothing",
            cwe=306,
            remedy="none",
        )
    )

    def identify(self, front: Page) -> Service | None:
        """Recognise every page that answers."""
        return Service("x") if front.status else None

    def assess(self, front: Page) -> HttpDialogue:
        """Hold the dialogue."""
        return self.dialogue(front)


@dataclass
class Server:
    """Answers every ask the same, and keeps what it was asked."""

    answer: Page | Exception = PAGE
    asked: list[HttpAsk] = field(default_factory=list)

    async def put(self, ask: HttpAsk) -> Page:
        """Answer one ask."""
        self.asked.append(ask)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def verdict(dialogue: Callable[[Page], Any], server: Server | None = None) -> Outcome:
    """Settle with a dialogue."""
    return await assess(Fake(dialogue), PAGE, (server or Server()).put)


async def bug(dialogue: Callable[[Page], Any], server: Server | None = None) -> str:
    """Settle with a dialogue that is wrong; give what is said of it."""
    with capture_logs() as events:
        outcome = await verdict(dialogue, server)
    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.BUG
    assert [event["event"] for event in events] == ["probe-bug"]
    return outcome.why


class TestDialogues:
    """What a sound probe gets."""

    async def test_each_ask_is_put_and_its_reply_handed_back(self) -> None:
        """In their order, arguments included."""

        def dialogue(front: Page) -> HttpDialogue:
            assert front is PAGE
            assert (yield LISTING) is PAGE
            assert (yield NAMED.fill("a b")) is PAGE
            return LOCKED

        server = Server()
        assert await verdict(dialogue, server) == LOCKED
        assert [ask.target for ask in server.asked] == ["/_all", "/a%20b/_stats"]

    @pytest.mark.parametrize("outcome", [LOCKED, Closed(), Unknown(Silence.HALF_PROOF, "half")])
    async def test_every_kind_of_outcome_is_a_verdict(self, outcome: Outcome) -> None:
        """A dialogue may end before its first ask."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield from ()
            return outcome

        assert await verdict(dialogue) == outcome

    async def test_a_silence_is_thrown_in_and_can_be_the_information(self) -> None:
        """A probe that expects it goes on."""

        def dialogue(_front: Page) -> HttpDialogue:
            with pytest.raises(NoAnswer):
                yield LISTING
            return LOCKED

        silent = Server(NoAnswer(Silence.CLOSED, "the peer closed the connection"))
        assert await verdict(dialogue, silent) == LOCKED

    async def test_a_silence_that_nobody_expects_is_the_verdict(self) -> None:
        """By its own name."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield LISTING
            return LOCKED

        silent = Server(NoAnswer(Silence.RESET, "the peer reset the connection"))
        assert await verdict(dialogue, silent) == Unknown(
            Silence.RESET, "the peer reset the connection"
        )

    async def test_garbled_bytes_are_the_verdict(self) -> None:
        """What the probe could not read is the peer's doing."""

        def dialogue(_front: Page) -> HttpDialogue:
            (yield LISTING).json()["missing"]
            return LOCKED

        assert await verdict(dialogue) == Unknown(
            Silence.GARBLED, "expected a member 'missing' at $"
        )


class TestBugs:
    """What a probe that is wrong gets."""

    async def test_an_undeclared_ask_is_a_bug_of_the_probe_and_is_never_sent(self) -> None:
        """What a probe may send is decided before it runs."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield UNDECLARED
            return LOCKED

        server = Server()
        assert "failed with Undeclared" in await bug(dialogue, server)
        assert server.asked == []

    async def test_a_larger_reply_than_declared_is_undeclared(self) -> None:
        """The caps are part of the declaration."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield Get("/_all", max_bytes=1 << 40)
            return LOCKED

        assert "failed with Undeclared" in await bug(dialogue)

    async def test_a_probe_cannot_swallow_being_undeclared(self) -> None:
        """It is not asked what it thinks of it, and its clean-up asks for nothing more."""

        def dialogue(_front: Page) -> HttpDialogue:
            with suppress(Exception):
                yield UNDECLARED
            yield LISTING
            return LOCKED

        server = Server()
        assert "failed with Undeclared" in await bug(dialogue, server)
        assert server.asked == []

    async def test_a_dialogue_that_will_not_end_ends(self) -> None:
        """A probe that asks on while it is closed does not take the round with it."""

        def dialogue(_front: Page) -> HttpDialogue:
            try:
                yield UNDECLARED
            finally:
                yield LISTING
            return LOCKED

        with capture_logs() as events:
            outcome = await verdict(dialogue)
        assert isinstance(outcome, Unknown)
        assert [event["error"] for event in events] == ["Undeclared", "RuntimeError"]

    @pytest.mark.parametrize("said", [None, "GET /", 7, Page])
    async def test_what_is_no_ask_is_a_bug(self, said: Any) -> None:
        """Whatever a plug-in yields."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield said
            return LOCKED

        assert "fake failed with" in await bug(dialogue)

    @pytest.mark.parametrize("value", [None, True, "open", Access.OPEN])
    async def test_what_is_no_verdict_is_a_bug(self, value: Any) -> None:
        """A dialogue that falls off its end has not said "locked"."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield LISTING
            verdict: Outcome = value
            return verdict

        assert "failed with TypeError" in await bug(dialogue)

    async def test_an_exception_is_a_bug(self) -> None:
        """The round goes on with the next endpoint."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield LISTING
            raise ZeroDivisionError

        assert "failed with ZeroDivisionError at" in await bug(dialogue)

    @pytest.mark.parametrize("dialogue", [lambda _front: LOCKED, lambda _front: None])
    async def test_an_assess_without_a_dialogue_is_a_bug(
        self, dialogue: Callable[[Page], Any]
    ) -> None:
        """A function that forgot its `yield` asks for nothing and proves nothing."""
        assert "failed with TypeError" in await bug(dialogue)

    async def test_what_is_wrong_with_us_is_not_news_from_the_peer(self) -> None:
        """A probe that reads silences must not read its own failure as one."""

        def dialogue(_front: Page) -> HttpDialogue:
            with pytest.raises(NoAnswer):
                yield LISTING
            return LOCKED

        broken = Server(NoAnswer(Silence.BUG, "GET /_all failed with IndexError at target:1"))
        short = Server(NoAnswer(Silence.SHORT, "we ran out of descriptors or local ports"))
        assert await verdict(dialogue, broken) == Unknown(
            Silence.BUG, "GET /_all failed with IndexError at target:1"
        )
        assert await verdict(dialogue, short) == Unknown(
            Silence.SHORT, "we ran out of descriptors or local ports"
        )


class TestScope:
    """What ends the round."""

    async def test_a_probe_that_leaves_the_scope_ends_the_round(self) -> None:
        """That is no verdict on an endpoint."""

        def dialogue(_front: Page) -> HttpDialogue:
            yield LISTING
            raise OutOfScope("socket.connect")

        with pytest.raises(OutOfScope):
            await verdict(dialogue)

    async def test_a_gate_that_refuses_ends_the_round(self) -> None:
        """The dialogue is not asked, and cannot swallow it."""

        def dialogue(_front: Page) -> HttpDialogue:
            with pytest.raises(Garbled):
                yield LISTING
            return LOCKED

        with pytest.raises(OutOfScope):
            await verdict(dialogue, Server(OutOfScope("conversation")))

    async def test_every_dialogue_is_closed(self) -> None:
        """What a probe opened in its own code does not wait for the garbage collector."""
        closed = []

        def dialogue(_front: Page) -> HttpDialogue:
            try:
                yield UNDECLARED
            finally:
                closed.append(True)
            return LOCKED

        with capture_logs():
            await verdict(dialogue)
        assert closed == [True]


async def test_what_cannot_be_true_is_left_out_of_every_verdict() -> None:
    """Whatever a probe lets through."""
    held = Holding(name="faxes", kind="index", records=10**400)

    def dialogue(_front: Page) -> HttpDialogue:
        yield LISTING
        return replace(LOCKED, holdings=(held,), holdings_total=-1)

    assert await verdict(dialogue) == replace(
        LOCKED, holdings=(Holding(name="faxes", kind="index"),)
    )
