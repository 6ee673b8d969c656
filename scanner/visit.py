"""One endpoint, from its first byte to the verdict: which front, in clear or over TLS."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Generic

import anyio

from scanner.assess import assess
from scanner.datagrams import Heard
from scanner.gate import Gate
from scanner.identify import (
    AnyHearing,
    Opening,
    demands_certificate,
    recognise,
    wants_other_transport,
)
from scanner.model import CATCH_ALL, Closed, Endpoint, Outcome, Silence, Unknown
from scanner.probe import About, Answer, AskT, Datagram, NoAnswer, Page, ReplyT, Visit

#: A front page is a few KiB; larger ones are fetched again rather than kept.
MAX_REMEMBERED = 64 << 10

#: What a peer's silence says of the endpoint as a whole: no other front would be heard either.
_FINAL = frozenset({Silence.REFUSED, Silence.UNREACHABLE, Silence.CLIENT_CERT})


async def _always() -> bool:
    return True


async def _never() -> bool:
    return False


async def visit(
    gate: Gate,
    endpoint: Endpoint,
    fronts: Sequence[AnyHearing],
    *,
    may_begin: Callable[[], Awaitable[bool]] = _always,
    catch_all: Callable[[], Awaitable[bool]] = _never,
) -> Visit | None:
    """Try the fronts that the endpoint's port calls for, until one is recognised.

    `may_begin` is awaited when the host's turn has come; if it says no, nothing is sent and there
    is no visit. Then `catch_all` finds out about the host, perhaps by knocking. On one that answers
    everybody no page is asked for: only a stream's own handshake tells a service from that.

    Raises:
        OutOfScope: something tried to leave the scope.
    """
    async with gate.hold(endpoint.address):
        answers_everybody = await may_begin() and await catch_all()
        if not await may_begin():  # knocking takes its time
            return None
        if not answers_everybody:
            return await first_recognised(gate, endpoint, fronts)
        streams = [front for front in fronts if not front.is_http]
        heard = await first_recognised(gate, endpoint, streams)
    if not _is_final(heard) and not _is_bug(heard.outcome) and len(streams) < len(fronts):
        heard = replace(heard, outcome=_left_unasked())
    return replace(heard, labels=(CATCH_ALL,))


async def visit_unheard(
    gate: Gate, endpoint: Endpoint, opening: Opening[Datagram, Answer]
) -> Visit:
    """Post the front datagram of a UDP endpoint that no sweep has asked, and settle it.

    Raises:
        OutOfScope: something tried to leave the scope.
    """
    asked = Remembering(partial(gate.post, endpoint))
    try:
        _, outcome, about = await _settle((opening,), asked)
    except NoAnswer as silence:
        return Visit(endpoint=endpoint, outcome=_silent(silence))
    return Visit(endpoint=endpoint, outcome=outcome, about=about)


async def visit_heard(
    gate: Gate,
    endpoint: Endpoint,
    opening: Opening[Datagram, Answer],
    heard: Heard,
    *,
    may_begin: Callable[[], Awaitable[bool]] = _always,
) -> Visit | None:
    """Settle a UDP endpoint that has answered its front datagram; `may_begin` is as in `visit`.

    Raises:
        OutOfScope: something tried to leave the scope.
    """
    gate.note_front(endpoint, opening.front, heard)  # sent it was, whatever becomes of the visit
    async with gate.hold(endpoint.address):
        if not await may_begin():
            return None
        if len(heard.data) > opening.front.max_bytes:
            why = f"a reply above {opening.front.max_bytes} bytes"
            return Visit(endpoint=endpoint, outcome=Unknown(Silence.TOO_LARGE, why))
        known = {opening.front: Answer(data=heard.data)}
        asked = Remembering(partial(gate.post, endpoint), known)
        with anyio.move_on_after(gate.limits.conversation):
            _, outcome, about = await _settle((opening,), asked)
            return Visit(endpoint=endpoint, outcome=outcome, about=about)
    why = "the conversation took too long"
    return Visit(endpoint=endpoint, outcome=Unknown(Silence.TIMEOUT, why))


async def first_recognised(
    gate: Gate, endpoint: Endpoint, fronts: Sequence[AnyHearing], *, both_ways: bool = True
) -> Visit:
    """Put the fronts until one is recognised; `both_ways` is over the other transport too.

    For who keeps the host to himself already.

    Raises:
        OutOfScope: something tried to leave the scope.
    """
    result = Visit(endpoint=endpoint, outcome=_unrecognised())
    for front in fronts:
        heard = await _hear(gate, endpoint, front, both_ways=both_ways)
        if _is_final(heard):
            return heard
        # Neither a bug nor a shut door must hide behind what the next front has to say.
        result = heard if _weight(heard.outcome) >= _weight(result.outcome) else result
    return result


async def _hear(gate: Gate, endpoint: Endpoint, front: AnyHearing, *, both_ways: bool) -> Visit:
    """Put one hearing, over the other transport too if the answer asks for it: once."""
    result, other = await _converse(gate, endpoint, front, tls=front.tls_first)
    if other and both_ways and not front.clear_only:
        again, _ = await _converse(gate, endpoint, front, tls=not front.tls_first)
        # A port that shuts the door on TLS as well is described best by its first silence.
        if not isinstance(again.outcome, Unknown) or again.outcome.silence is not Silence.TLS:
            return again
    return result


async def _converse(
    gate: Gate, endpoint: Endpoint, front: AnyHearing, *, tls: bool
) -> tuple[Visit, bool]:
    """Hold one conversation; the flag tells whether the other transport is worth one."""
    talk = None
    try:
        async with gate.converse(endpoint, tls=tls) as talk:
            asked = Remembering(partial(front.channel, talk))
            first, outcome, about = await _settle(front.openings, asked)
            other = about is None and wants_other_transport(first, talk.meter, tls=tls)
    except NoAnswer as silence:
        other = talk is not None and wants_other_transport(silence, talk.meter, tls=tls)
        outcome, about = _silent(silence), None
    facts = talk.tls_facts if talk else None
    return Visit(endpoint=endpoint, outcome=outcome, about=about, tls=facts), other


@dataclass(slots=True)
class Remembering(Generic[AskT, ReplyT]):
    """Puts asks, and gives the page of one that was put before: probes share what was fetched."""

    channel: Callable[[AskT], Awaitable[ReplyT]]
    pages: dict[AskT, ReplyT] = field(default_factory=dict)

    async def put(self, ask: AskT) -> ReplyT:
        """Put an ask, unless its page is at hand.

        Raises:
            NoAnswer: as the channel.
        """
        if ask in self.pages:
            return self.pages[ask]
        reply = await self.channel(ask)
        if isinstance(reply, Page) and len(reply.body) <= MAX_REMEMBERED:
            self.pages[ask] = reply
        return reply


async def _settle(
    openings: Sequence[Opening[AskT, ReplyT]], asked: Remembering[AskT, ReplyT]
) -> tuple[ReplyT | None, Outcome, About | None]:
    """Ask the fronts in their order, until a probe settles what it recognised.

    A probe that finds on a closer look that the product is not its own leaves it to the next.

    Raises:
        NoAnswer: the first front was not answered.
    """
    first: ReplyT | None = None
    left: list[tuple[Outcome, About | None]] = []
    for opening in openings:
        try:
            reply = await asked.put(opening.front)
        except NoAnswer:
            if first is None:
                raise
            break
        first = first or reply
        for met in recognise(opening, reply):
            if isinstance(met, Unknown):
                left.append((met, None))
                continue
            outcome = await assess(met.probe, reply, asked.put)
            if not _is_left(outcome):
                return first, outcome, met.probe.about
            left.append((outcome, met.probe.about))
    if demands_certificate(first):
        return first, Unknown(Silence.CLIENT_CERT, "the server demands a client certificate"), None
    return first, *_of_what_is_left(left, sum(len(opening.probes) for opening in openings))


def _is_left(outcome: Outcome) -> bool:
    """Tell whether a probe says that something stands here which it cannot call its own."""
    return (
        isinstance(outcome, Unknown)
        and outcome.service is None
        and outcome.silence in {Silence.UNRECOGNISED, Silence.GUARDED}
    )


def _of_what_is_left(
    left: Sequence[tuple[Outcome, About | None]], probes: int
) -> tuple[Outcome, About | None]:
    """Sum up what nobody called his own: a bug, a door that is shut, or nothing known.

    One that is shut for all is nobody's. Where it is shut for some only, the first of them has
    seen his own door, and what he once found open there is shut now.
    """
    for outcome, about in left:
        if _is_bug(outcome):
            return outcome, about
    guarded = [(said, about) for said, about in left if _is_guarded(said)]
    if guarded:
        outcome, about = guarded[0]
        return outcome, None if len(guarded) == probes > 1 else about
    return _unrecognised(), None


def _silent(silence: NoAnswer) -> Outcome:
    if silence.silence is Silence.REFUSED:
        return Closed()
    return Unknown(silence.silence, silence.why)


def _unrecognised() -> Unknown:
    return Unknown(Silence.UNRECOGNISED, "no selected probe recognises what answers here")


def _left_unasked() -> Unknown:
    return Unknown(Silence.CATCH_ALL, "the host answers on every port, so a page proves nothing")


def _is_bug(outcome: Outcome) -> bool:
    return isinstance(outcome, Unknown) and outcome.silence is Silence.BUG


def _is_guarded(outcome: Outcome) -> bool:
    return isinstance(outcome, Unknown) and outcome.silence is Silence.GUARDED


def _weight(outcome: Outcome) -> int:
    return 2 if _is_bug(outcome) else 1 if _is_guarded(outcome) else 0


def _is_final(heard: Visit) -> bool:
    """Tell whether another front could add anything to what was heard."""
    if isinstance(heard.outcome, Unknown) and heard.outcome.silence in _FINAL:
        return True
    return heard.about is not None or isinstance(heard.outcome, Closed)
