"""Errands at one system: when they are tried again, when the rest is left, how long it takes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import anyio
import httpx
import msgspec
import pytest
import trio
import trio.testing

from scanner.model import Severity
from scanner.ourside import Unreached
from scanner.ticket import Action, Draft, Errand, Kind, State, Ticket
from scanner.tickets.base import Busy, Parked, Settings
from scanner.tickets.deliver import (
    LONGEST_PAUSE,
    MAX_SECONDS,
    MAX_STRIKES,
    Delivery,
    Tally,
    ready,
)
from scanner.tickets.systems import Connected, Surroundings, connected
from tests.exposures import NOON
from tests.tickets.fakes.kept import TOKEN
from tests.tickets.fakes.roundup import FakeRoundup
from tests.tickets.wire import Wire

DEFAULTS = {field.name: field.default for field in msgspec.structs.fields(Settings)}

TABLE: dict[str, object] = {
    "system": "webhook",
    "url": "https://hooks.example",
    "secret": "env:HOOK",
}
SECRET = "whsec_" + "QUJD" * 10


def pair(number: int, /, **changes: object) -> tuple[Errand, Ticket]:
    """Give an errand that creates a ticket of its own, and that ticket."""
    draft = Draft(key=f"ronde-{number:032}", title="Open", body="", severity=Severity.HIGH)
    values: dict[str, object] = {
        "number": number,
        "action": Action(kind=Kind.CREATE, draft=draft),
        "at": NOON,
        "next": NOON,
    }
    errand = Errand(**{**values, **changes})  # type: ignore[arg-type] # varied by keyword
    return errand, Ticket(key=draft.key, draft=draft, state=State.OPEN, round="r1")


class Book:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.finished: list[int] = []
        self.again: list[tuple[int, datetime, bool]] = []

    def noted(self, errand: Errand) -> None:
        """Take it."""

    def done(self, errand: Errand, remote: str | None, url: str, seen: State) -> None:
        """Remember the number."""
        del remote, url, seen
        self.finished.append(errand.number)

    def failed(self, errand: Errand, why: str, again: datetime, *, parked: bool) -> None:
        """Remember when it is tried again."""
        del why
        self.again.append((errand.number, again, parked))


def desk(
    wire: httpx.AsyncBaseTransport, table: dict[str, object] | None = None, **more: object
) -> Connected:
    """Connect a system."""
    environment = {"HOOK": SECRET, "TRACKER_TOKEN": TOKEN}
    around = Surroundings(environment=environment, now=lambda: NOON, transport=wire)
    named = {"per_second": 10_000, **(table or TABLE), **more}
    return connected(Path("ronde.toml"), "desk", named, around)


def delivery(at: Connected, book: Book) -> Delivery:
    """Make a delivery to it."""
    return Delivery(
        system=at.system,
        book=book,
        policy=at.settings.closed_by_hand,
        at_once=at.settings.concurrency,
        now=lambda: NOON,
        keep_secrets=at.without_secrets,
    )


async def run(at: Connected, book: Book, errands: Sequence[tuple[Errand, Ticket]]) -> Tally:
    """Do some errands."""
    (client,) = at.clients
    async with client.reaching(["127.0.0.1"]):
        return await delivery(at, book).run(errands)


def answering(status: int) -> Wire:
    """Answer each call with a status."""
    return Wire(lambda _: httpx.Response(status, json={}))


def test_the_pauses_double_up_to_a_day() -> None:
    """A tracker that is down for a week is tried once a day by then."""
    book, at = Book(), desk(answering(500))
    for attempts in range(20):
        errand, _ = pair(attempts, attempts=attempts)
        delivery(at, book).put_off(errand, Unreached("down"))

    pauses = [again - NOON for _, again, _ in book.again]
    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert all(one <= other for one, other in pairwise(pauses))
    assert pauses[-1] == LONGEST_PAUSE


@pytest.mark.parametrize(
    ("error", "pause", "parked"),
    [
        (Parked("a field"), LONGEST_PAUSE, True),
        (Busy("later"), timedelta(minutes=1), False),
        (Busy("later", after=7200), timedelta(hours=2), False),
        (Busy("later", after=1), timedelta(minutes=1), False),
        (Unreached("cut"), timedelta(minutes=1), False),
    ],
)
def test_what_a_person_must_do_waits_a_day(
    error: Exception, pause: timedelta, *, parked: bool
) -> None:
    """And what the tracker asked for is kept, if it is longer than ours."""
    book = Book()
    delivery(desk(answering(500)), book).put_off(pair(1)[0], error)

    assert book.again == [(1, NOON + pause, parked)]


def test_after_some_failures_the_rest_is_left() -> None:
    """It would fail as well, and the tracker has enough to do."""
    wire, book = answering(500), Book()
    at = desk(wire, concurrency=1)
    tally = anyio.run(run, at, book, [pair(number) for number in range(100)])

    assert (tally.failed, tally.left) == (MAX_STRIKES, 100 - MAX_STRIKES)
    assert len(wire.calls) == MAX_STRIKES


def test_one_refused_credential_is_enough() -> None:
    """An account is not locked for asking a hundred times."""
    wire, book = answering(401), Book()
    tally = anyio.run(run, desk(wire, concurrency=1), book, [pair(n) for n in range(100)])

    assert (tally.failed, tally.left, len(wire.calls)) == (1, 99, 1)


def test_who_asks_for_an_hour_gets_it_for_every_ticket() -> None:
    """The next sync does not begin with the tickets that were not tried."""
    wire = Wire(lambda _: httpx.Response(429, headers={"Retry-After": "3600"}))
    book = Book()
    tally = anyio.run(run, desk(wire, concurrency=1), book, [pair(n) for n in range(3)])

    assert (tally.failed, tally.left, len(wire.calls)) == (1, 2, 1)
    hour = NOON + timedelta(hours=1)
    assert book.again == [(0, hour, False), (1, hour, False), (2, hour, False)]


def test_a_ticket_that_fails_keeps_no_other_waiting() -> None:
    """Each has its own errand."""
    wire, book = answering(200), Book()
    wire.at = 1
    tally = anyio.run(run, desk(wire, concurrency=1), book, [pair(n) for n in range(4)])

    assert (tally.done, tally.failed) == (3, 1)
    assert sorted(book.finished) == [0, 2, 3]


def test_the_errands_of_one_ticket_keep_their_order() -> None:
    """What was ordered later is not done while the first waits."""
    first, ticket = pair(1)
    second = pair(1, number=2)[0]
    wire, book = answering(500), Book()
    tally = anyio.run(run, desk(wire), book, [(first, ticket), (second, ticket)])

    assert (tally.failed, tally.left) == (1, 1)
    assert len(wire.calls) == 1


def test_only_what_is_due_is_ready() -> None:
    """A ticket whose first errand waits, waits; a person may ask for it."""
    later = NOON + timedelta(hours=1)
    waits, ticket = pair(1, next=later, parked=True)
    behind = pair(1, number=2)[0]
    errands = [(waits, ticket), (behind, ticket), pair(3)]

    assert [one.number for one, _ in ready(errands, NOON, parked=False)] == [3]
    assert [one.number for one, _ in ready(errands, NOON, parked=True)] == [1, 2, 3]
    assert [one.number for one, _ in ready(errands, later, parked=False)] == [1, 2, 3]


class Slow(Wire):
    """Takes its time."""

    seconds = 0.2

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer after a while."""
        await anyio.sleep(self.seconds)
        return await super().handle_async_request(request)


def on_a_clock_of_its_own(at: Connected, book: Book, errands: int) -> tuple[Tally, float]:
    """Do errands on a clock that jumps, and give how long it took by that clock."""

    async def timed() -> tuple[Tally, float]:
        began = trio.current_time()
        tally = await run(at, book, [pair(number) for number in range(errands)])
        return tally, trio.current_time() - began

    return trio.run(timed, clock=trio.testing.MockClock(autojump_threshold=0))


@pytest.mark.slow
def test_a_thousand_tickets_take_less_than_a_minute() -> None:
    """At 200 ms a call, two calls a ticket, with the pace that a table has by itself."""
    fake = FakeRoundup()
    wire = Slow(fake)
    at = desk(wire, fake.table, per_second=DEFAULTS["per_second"])
    tally, took = on_a_clock_of_its_own(at, Book(), 1_000)

    assert (tally.done, len(wire.calls)) == (1_000, 2_000)
    assert 30 < took < 60


def test_one_system_does_not_take_all_night() -> None:
    """What is left is done by the next sync."""
    wire = Slow(lambda _: httpx.Response(200))
    wire.seconds = 29
    at = desk(wire, concurrency=1)
    tally, took = on_a_clock_of_its_own(at, Book(), 100)

    assert took == MAX_SECONDS
    assert tally.done == MAX_SECONDS // 29


def test_nothing_is_said_of_secrets() -> None:
    """A tracker that repeats what it was sent is masked."""
    wire = Wire(lambda request: httpx.Response(422, text=f"no {request.headers['authorization']}"))
    at = desk(wire, FakeRoundup().table)
    tally = anyio.run(partial(run, at, Book(), [pair(1)]))

    assert tally.errors == ["refused (422): no ***"]
