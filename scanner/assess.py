"""Drives a probe's dialogue: what it yields is asked, what is answered is handed back."""

from collections.abc import Awaitable, Callable, Generator

from scanner.boundary import contained
from scanner.model import Assessment, Closed, Outcome, Unknown
from scanner.probe import AskT, NoAnswer, Probe, ReplyT, Undeclared


async def assess(
    probe: Probe[AskT, ReplyT], front: ReplyT, put: Callable[[AskT], Awaitable[ReplyT]]
) -> Outcome:
    """Settle one endpoint with the probe that recognised it.

    A reply that never comes is thrown into the dialogue as `NoAnswer`, because a silence can be
    the information; a probe that does not expect it ends in `Unknown`.

    Raises:
        OutOfScope: the probe's own code tried to leave the scope.
    """
    dialogue = contained(probe.about.name, lambda: probe.assess(front))
    if isinstance(dialogue, Unknown):
        return dialogue
    try:
        return await _drive(probe, dialogue, put)
    finally:
        dialogue.close()


async def _drive(
    probe: Probe[AskT, ReplyT],
    dialogue: Generator[AskT, ReplyT, Outcome],
    put: Callable[[AskT], Awaitable[ReplyT]],
) -> Outcome:
    step: Callable[[], AskT] = lambda: next(dialogue)  # noqa: E731 - the steps that follow are too
    while True:
        try:
            ask = contained(probe.about.name, step)
        except StopIteration as end:
            return _verdict(probe.about.name, end.value)
        if isinstance(ask, Unknown):
            return ask
        if not probe.about.declares(ask):
            return contained(probe.about.name, lambda: _refuse(probe))
        step = await _answered(dialogue, ask, put)


def _refuse(probe: Probe[AskT, ReplyT]) -> Outcome:
    raise Undeclared(f"{probe.about.name} asked for what it did not declare")


async def _answered(
    dialogue: Generator[AskT, ReplyT, Outcome],
    ask: AskT,
    put: Callable[[AskT], Awaitable[ReplyT]],
) -> Callable[[], AskT]:
    """Ask, and give the step that hands the dialogue what came of it."""
    try:
        reply = await put(ask)
    except NoAnswer as silence:
        failure = silence
        return lambda: dialogue.throw(failure)
    return lambda: dialogue.send(reply)


def _verdict(probe: str, value: object) -> Outcome:
    if isinstance(value, Assessment | Closed | Unknown):
        return value

    def no_verdict() -> Outcome:
        raise TypeError(f"{probe} ended its dialogue without a verdict")

    return contained(probe, no_verdict)
