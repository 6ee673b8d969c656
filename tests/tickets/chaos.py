"""A ticket's whole story, told again and again: each time another call of it goes wrong."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
from msgspec.structs import replace

from scanner.model import Severity
from scanner.ticket import Action, Draft, Errand, Kind, State, Ticket
from scanner.tickets.deliver import Delivery
from scanner.tickets.systems import Connected, Surroundings, connected
from tests.exposures import NOON
from tests.tickets.fakes.kept import TOKEN, Fake
from tests.tickets.wire import Fate, Killed, Wire

KEY = "ronde-" + "7" * 32

DRAFT = Draft(
    key=KEY,
    title="Open",
    body="It is open.",
    severity=Severity.HIGH,
    labels=("ronde", KEY),
)

STORY = (
    Action(kind=Kind.CREATE, draft=DRAFT),
    Action(kind=Kind.CHANGE, draft=replace(DRAFT, title="Worse"), note="It is worse now."),
    Action(kind=Kind.UPDATE, draft=replace(DRAFT, title="Worse still")),
    Action(kind=Kind.CLOSE, draft=DRAFT, note="It is resolved."),
    Action(kind=Kind.REOPEN, draft=DRAFT, note="It is open again."),
)


@dataclass(slots=True)
class Story:
    """How it ended when the call with the number `at` went wrong."""

    at: int
    kept_open: list[bool]
    waiting: int
    last_word: str


@dataclass(slots=True)
class Memory:
    """A book that remembers what it was told, as the history does."""

    errands: list[Errand] = field(default_factory=list)
    remote: str | None = None

    def noted(self, errand: Errand) -> None:
        """Remember that the note was given."""
        self._put(replace(errand, noted=True))

    def done(self, errand: Errand, remote: str | None, url: str, seen: State) -> None:
        """Forget the errand, and remember its ticket."""
        del url, seen
        self.errands = [one for one in self.errands if one.number != errand.number]
        self.remote = remote

    def failed(self, errand: Errand, why: str, again: datetime, *, parked: bool) -> None:
        """Remember that it was tried."""
        del why, again, parked
        (now,) = (one for one in self.errands if one.number == errand.number)
        self._put(replace(now, attempts=now.attempts + 1))

    def _put(self, errand: Errand) -> None:
        known = {one.number: one for one in self.errands} | {errand.number: errand}
        self.errands = sorted(known.values(), key=operator.attrgetter("number"))

    def pairs(self) -> list[tuple[Errand, Ticket]]:
        """Give what is to be done, about the one ticket that there is."""
        ticket = Ticket(
            key=DRAFT.key, draft=DRAFT, state=State.OPEN, round="r1", remote=self.remote
        )
        return [(errand, ticket) for errand in self.errands]


def told_with_every_call_failing(make: Callable[[], Fake], fate: Fate) -> Iterator[Story]:
    """Tell the story once for each of its calls, and let that call meet its fate."""
    whole = Wire(fake := make())
    _told(fake, whole)
    for at in range(len(whole.calls)):
        fake = make()
        waiting = _told(fake, Wire(fake, at=at, fate=fate))
        last = fake.tickets[-1].comments[-1] if fake.tickets and fake.tickets[-1].comments else ""
        yield Story(at, [one.open for one in fake.tickets], waiting, last)


def _told(fake: Fake, wire: Wire) -> int:
    """Tell it to a fake, and give how many errands are left at its end."""
    around = Surroundings(environment={"TRACKER_TOKEN": TOKEN}, now=lambda: NOON, transport=wire)
    desk = connected(Path("ronde.toml"), "desk", {"per_second": 10_000, **fake.table}, around)
    memory = Memory()
    for number, action in enumerate(STORY):
        at = NOON + timedelta(days=number)
        memory.errands.append(Errand(number=number, action=action, at=at, next=at))
        _delivered(desk, memory)
    _delivered(desk, memory)
    return len(memory.errands)


def _delivered(desk: Connected, memory: Memory) -> None:
    """Do what is due as one process does, which may be killed."""
    delivery = Delivery(
        system=desk.system,
        book=memory,
        policy=desk.settings.closed_by_hand,
        at_once=2,
        now=lambda: NOON,
    )
    try:
        anyio.run(_reaching, desk, partial(delivery.run, memory.pairs()))
    except* Killed:
        pass


async def _reaching(desk: Connected, then: Callable[[], object]) -> None:
    (client,) = desk.clients
    async with client.reaching(["127.0.0.1"]):
        await then()  # type: ignore[misc] # a coroutine function, bound
