"""Tickets in the history: ordered with the round's end or not at all, and done once."""

from pathlib import Path

import msgspec
import pytest

from scanner.store import Store, StoreRefused
from scanner.store.clerk import Clerk
from scanner.store.desk import TrackerBook
from scanner.ticket import Errand, Kind, State
from tests.exposures import day
from tests.tickets.fakes.roundup import FakeRoundup
from tests.tickets.team import Team, door, worse
from tests.tickets.wire import Fate, Killed, Wire

DOOR = door(1)


@pytest.fixture
def fake() -> FakeRoundup:
    """A tracker."""
    return FakeRoundup()


@pytest.fixture
def team(fake: FakeRoundup, tmp_path: Path) -> Team:
    """A team that uses it."""
    return Team(tmp_path, fake.table, Wire(fake))


def test_errands_are_ordered_with_the_rounds_end(team: Team) -> None:
    """And before any tracker is called."""
    team.night(DOOR)

    assert [errand.action.kind for errand in team.waiting()] == [Kind.CREATE]
    assert [(ticket.state, ticket.seen) for ticket in team.kept()] == [(State.OPEN, None)]


def test_a_round_that_did_not_end_orders_nothing(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are on the disk, or neither is."""

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(Clerk, "_put", killed)
    with pytest.raises(Killed):
        team.night(DOOR)

    assert team.waiting() == []
    assert team.kept() == []
    with Store.open(team.history) as store:
        assert store.told("r1", day(2)).coverage is None


def test_what_says_less_is_dropped(team: Team) -> None:
    """Ten nights without a tracker are not ten rewordings."""
    team.night(DOOR)
    team.sync()
    team.night(msgspec.structs.replace(DOOR, remedy="One."))
    team.night(msgspec.structs.replace(DOOR, remedy="Two."))
    team.night(worse(msgspec.structs.replace(DOOR, remedy="Three.")))

    assert [errand.action.kind for errand in team.waiting()] == [Kind.CHANGE]


def test_ten_nights_without_a_tracker_are_told_in_order(team: Team, fake: FakeRoundup) -> None:
    """What happened meanwhile is in the ticket's comments."""
    team.night(DOOR)
    team.night(worse(DOOR))
    team.night(shut=(DOOR,))
    team.night(DOOR)
    team.sync()

    (ticket,) = fake.tickets
    assert ticket.open
    assert [text.split()[0] for text in ticket.comments[1:]] == ["It", "It"]
    assert len(ticket.comments) == 3


def test_two_syncs_at_a_time_are_one_too_many(team: Team) -> None:
    """They would make two tickets."""
    team.night(DOOR)
    with (
        Store.open(team.history) as store,
        store.desk().alone(),
        pytest.raises(StoreRefused, match="another sync of tickets is using"),
    ):
        team.sync()


def test_a_round_and_a_sync_do_not_wait_for_each_other(team: Team) -> None:
    """A round is hours long."""
    team.night(DOOR)
    with Store.open(team.history) as store, store.desk().alone():
        team.night(DOOR)

    assert team.nights == 2


def test_the_number_of_new_tickets_is_per_round(team: Team, fake: FakeRoundup) -> None:
    """However often somebody syncs."""
    team.table = {**team.table, "max_new": 2}
    doors = [door(number) for number in range(5)]
    team.night(*doors)
    team.sync()
    with Store.open(team.history) as store:
        team.connected().order(store.desk())
    team.sync()
    assert len(fake.tickets) == 2

    team.night(*doors)
    team.sync()
    assert len(fake.tickets) == 4


def test_what_is_kept_can_be_checked(team: Team) -> None:
    """`ronde db check` reads tickets and errands too."""
    team.night(DOOR)
    with Store.open(team.history) as store:
        assert store.problems() == ()
        with store.desk().ordering() as clerk:
            clerk.change(1, action="{")
        assert [said for said in store.problems() if "action" in said] == [
            f"ronde-{DOOR.fingerprint}: holds an action that cannot be read"
        ]


@pytest.mark.parametrize("fate", Fate)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_whatever_fails_while_a_ticket_is_made_there_is_one(
    fake: FakeRoundup, tmp_path: Path, at: int, fate: Fate
) -> None:
    """Over the history on the disk, which is opened anew each time."""
    team = Team(tmp_path, fake.table, Wire(fake, at=at, fate=fate))
    team.night(DOOR, door(2))
    _synced(team)
    team.later(days=2)
    _synced(team)

    assert sorted(ticket.key for ticket in fake.tickets) == [
        f"ronde-{DOOR.fingerprint}",
        f"ronde-{door(2).fingerprint}",
    ]
    assert team.waiting() == []


@pytest.mark.parametrize("writing", ["noted", "done"])
def test_killed_before_it_is_written_down_there_is_one(
    team: Team, fake: FakeRoundup, monkeypatch: pytest.MonkeyPatch, writing: str
) -> None:
    """The tracker has done it, and nobody here knows."""
    with monkeypatch.context() as patched:
        patched.setattr(TrackerBook, writing, _killed)
        team.night(DOOR)
        _synced(team)
        team.night(worse(DOOR))
        _synced(team)
    team.sync()

    assert len(fake.tickets) == 1
    assert team.waiting() == []
    assert [ticket.remote for ticket in team.kept()] == ["1"]


def _killed(_book: TrackerBook, _errand: Errand, *_: object) -> None:
    raise Killed


def _synced(team: Team) -> None:
    try:
        team.sync(parked=True)
    except* Killed:
        pass
