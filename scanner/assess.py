"""Drives a probe's dialogue: what it yields is asked, what is answered is handed back."""

from collections.abc import Awaitable, Callable, Generator
from functools import partial

from scanner.boundary import contained
from scanner.model import Assessment, Closed, Outcome, Silence, Unknown
from scanner.plausible import plausible
from scanner.probe import About, AskT, NoAnswer, Probe, ReplyT, Undeclared

#: Silences that are our own, and no news from the peer: a bug of the ask, or want of means.
_OURS = frozenset({Silence.BUG, Silence.SHORT})


async def assess(
    probe: Probe[AskT, ReplyT], front: ReplyT, put: Callable[[AskT], Awaitable[ReplyT]]
) -> Outcome:
    """Settle one endpoint with the probe that recognised it.

    A reply that never comes is thrown into the dialogue as `NoAnswer`, because a silence can be
    the information; a probe that does not expect it ends in `Unknown`.

    Raises:
        OutOfScope: the probe's own code tried to leave the scope.
    """
    dialogue = contained(probe.about.name, partial(_begun, probe, front))
    if isinstance(dialogue, Unknown):
        return dialogue
    try:
        return await _drive(probe.about, dialogue, put)
    finally:
        contained(probe.about.name, dialogue.close)


def _begun(probe: Probe[AskT, ReplyT], front: ReplyT) -> Generator[AskT, ReplyT, Outcome]:
    dialogue = probe.assess(front)
    if not isinstance(dialogue, Generator):
        raise TypeError("`assess` has no `yield`: it is no dialogue")
    return dialogue


async def _drive(
    about: About,
    dialogue: Generator[AskT, ReplyT, Outcome],
    put: Callable[[AskT], Awaitable[ReplyT]],
) -> Outcome:
    step: Callable[[], AskT] = partial(next, dialogue)
    while True:
        said = contained(about.name, partial(_next_ask, about, step))
        if isinstance(said, Assessment | Closed | Unknown):
            return said
        try:
            reply = await put(said)
        except NoAnswer as silence:
            if silence.silence in _OURS:
                return Unknown(silence.silence, silence.why)
            step = partial(dialogue.throw, silence)
        else:
            step = partial(dialogue.send, reply)


def _next_ask(about: About, step: Callable[[], AskT]) -> AskT | Outcome:
    """Give what the dialogue asks next, or the verdict that it ends with.

    Raises:
        Undeclared: it may not ask this.
        TypeError: it ended without a verdict.
    """
    try:
        ask = step()
    except StopIteration as end:
        if isinstance(end.value, Assessment):
            return plausible(end.value)
        if isinstance(end.value, Closed | Unknown):
            return end.value
        raise TypeError(f"{about.name} ended its dialogue without a verdict") from None
    if not about.declares(ask):
        raise Undeclared(f"{about.name} asked for what it did not declare")
    return ask
