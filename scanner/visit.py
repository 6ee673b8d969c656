"""One endpoint, from its first byte to the verdict: which front, in clear or over TLS."""

from collections.abc import Callable, Sequence
from functools import partial

from scanner.assess import assess
from scanner.gate import Gate
from scanner.identify import AnyHearing, Hearing, Met, recognise, wants_other_transport
from scanner.model import Closed, Endpoint, Outcome, Silence, Unknown
from scanner.probe import AskT, NoAnswer, ReplyT, Visit

#: What a peer's silence says of the endpoint as a whole: no other front would be heard either.
_FINAL = frozenset({Silence.REFUSED, Silence.UNREACHABLE, Silence.CLIENT_CERT})


async def visit(
    gate: Gate,
    endpoint: Endpoint,
    fronts: Sequence[AnyHearing],
    *,
    may_begin: Callable[[], bool] = lambda: True,
) -> Visit | None:
    """Try the fronts that the endpoint's port calls for, until one is recognised.

    `may_begin` is asked when the host's turn has come; if it says no, nothing is sent and there
    is no visit.

    Raises:
        OutOfScope: something tried to leave the scope.
    """
    result = Visit(endpoint=endpoint, outcome=_unrecognised())
    async with gate.hold(endpoint.address):
        if not may_begin():
            return None
        for front in fronts:
            heard = await _hear(gate, endpoint, front)
            if heard.about is not None or _is_final(heard.outcome):
                return heard
            # A bug must not hide behind what the next front has to say.
            result = result if _is_bug(result.outcome) else heard
    return result


async def _hear(gate: Gate, endpoint: Endpoint, front: Hearing[AskT, ReplyT]) -> Visit:
    """Put one front, over the other transport too if the answer asks for it: once."""
    result, other = await _converse(gate, endpoint, front, tls=front.tls_first)
    if other:
        again, _ = await _converse(gate, endpoint, front, tls=not front.tls_first)
        # A port that shuts the door on TLS as well is described best by its first silence.
        if not isinstance(again.outcome, Unknown) or again.outcome.silence is not Silence.TLS:
            return again
    return result


async def _converse(
    gate: Gate, endpoint: Endpoint, front: Hearing[AskT, ReplyT], *, tls: bool
) -> tuple[Visit, bool]:
    """Hold one conversation; the flag tells whether the other transport is worth one."""
    talk = None
    try:
        async with gate.converse(endpoint, tls=tls) as talk:
            met = await recognise(front, talk)
            if isinstance(met, Met):
                outcome = await assess(met.probe, met.front, partial(front.channel, talk))
                about = met.probe.about
            else:
                outcome, about = met if isinstance(met, Unknown) else _unrecognised(), None
            other = about is None and wants_other_transport(met, talk.meter, tls=tls)
    except NoAnswer as silence:
        other = talk is not None and wants_other_transport(silence, talk.meter, tls=tls)
        outcome, about = _silent(silence), None
    facts = talk.tls_facts if talk else None
    return Visit(endpoint=endpoint, outcome=outcome, about=about, tls=facts), other


def _silent(silence: NoAnswer) -> Outcome:
    if silence.silence is Silence.REFUSED:
        return Closed()
    return Unknown(silence.silence, silence.why)


def _unrecognised() -> Unknown:
    return Unknown(Silence.UNRECOGNISED, "no selected probe recognises what answers here")


def _is_bug(outcome: Outcome) -> bool:
    return isinstance(outcome, Unknown) and outcome.silence is Silence.BUG


def _is_final(outcome: Outcome) -> bool:
    return isinstance(outcome, Closed) or (
        isinstance(outcome, Unknown) and outcome.silence in _FINAL
    )
