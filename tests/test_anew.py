"""Hanging up: nothing is sent, nothing is awaited, and the next ask has a new connection."""

import pytest

from probes import PROBES
from scanner.anew import HANG_UP, anew
from scanner.model import PROVEN, Assessment, Silence
from scanner.probe import AnyProbe, Ask, NoAnswer, Reply
from scanner.wire import Garbled
from tests.transcripts import Parrot, load, names

HANGING_UP = [probe for probe in PROBES if HANG_UP in probe.about.asks]


@pytest.mark.parametrize("data", [b"", b"anything"])
def test_no_bytes_are_ever_a_reply(data: bytes) -> None:
    """So the gate closes at once, without waiting for the peer."""
    with pytest.raises(Garbled):
        HANG_UP.framing(data)


def test_the_silence_that_follows_is_expected() -> None:
    """The dialogue goes on with its next ask."""
    steps = anew()
    assert next(steps) is HANG_UP

    with pytest.raises(StopIteration):
        steps.throw(NoAnswer(Silence.GARBLED, ""))


class Gate(Parrot):
    """A parrot behind the gate, to which a reply that cannot be framed is a silence."""

    def _reply(self, ask: Ask) -> Reply:
        try:
            return super()._reply(ask)
        except Garbled as garbled:
            raise NoAnswer(Silence.GARBLED, str(garbled)) from garbled


@pytest.mark.parametrize("probe", HANGING_UP, ids=lambda probe: probe.about.name)
def test_a_parrot_proves_nothing_on_any_number_of_connections(probe: AnyProbe) -> None:
    """Who says one real reply to everything, on each of them, is never called open."""
    replies = [one for name in names(probe.about.name) for one in load(name).exchanges]
    found = [Gate(probe, reply).run() for reply in replies]

    assert [one for one in found if isinstance(one, Assessment) and one.access in PROVEN] == []
