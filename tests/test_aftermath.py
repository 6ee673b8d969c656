"""Signs of a look back: told beside a campaign's name, and never without one."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from scanner.aftermath import SET_UP, looked_back
from scanner.extortion import Extortion
from scanner.inferred import Label
from scanner.model import Finding, Holding
from scanner.store import Store
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, day, exposure

EXTORTION = Extortion.load()

NOTE = "READ__ME_TO_RECOVER_YOUR_DATA"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Open a new history."""
    with Store.open(tmp_path / "history.db", create=NOON) as opened:
        yield opened


def index(name: str, created: datetime | None = None, *, own: bool = False) -> Holding:
    """Give an index, of somebody's or of the server's own."""
    label = Label.INTERNAL if own else Label.UNKNOWN
    return Holding(name=name, kind="index", records=1, created=created, label=label)


def drafted(*holdings: Holding, total: int | None = None, **changes: object) -> Finding:
    """Give a draft with these holdings, and the sign that their names are."""
    return exposure(
        holdings=holdings,
        holdings_total=len(holdings) if total is None else total,
        signs=EXTORTION.signs(holdings),
        **changes,
    )


def listing(*names: str, total: int | None = None, **changes: object) -> Finding:
    """Give a draft with holdings of these names."""
    return drafted(*map(index, names), total=total, **changes)


def told(finding: Finding) -> dict[str, int]:
    """Give what the signs are, with their counts."""
    return {mark.what: mark.holdings for mark in finding.signs}


FULL = listing("faxes-2018", "faxes-2019", "calls")


class TestVanished:
    """What was there at the last look."""

    def test_what_went_while_a_campaign_s_name_came_is_a_sign(self) -> None:
        """One name appeared, two data sets went."""
        assert told(looked_back(listing("calls", NOTE), FULL)) == {"extortion": 1, "vanished": 2}

    @pytest.mark.parametrize(
        ("now", "before"),
        [
            (listing("calls"), FULL),
            (listing("faxes-2018", "faxes-2019", "calls", NOTE), FULL),
            (listing("calls", NOTE, total=3), FULL),
            (listing("calls", NOTE), None),
            (listing(NOTE), listing("calls", NOTE)),
        ],
        ids=["no name", "nothing went", "not all was listed", "first look", "it was there before"],
    )
    def test_less_than_that_is_none(self, now: Finding, before: Finding | None) -> None:
        """A false alarm of this kind starts an investigation."""
        assert looked_back(now, before) == now

    def test_it_is_told_as_long_as_the_name_is_there(self, store: Store) -> None:
        """The second round after it says it as the first one did, and calls it no change."""
        found = [
            recorded(store, number, draft)
            for number, draft in enumerate((FULL, listing(NOTE), listing(NOTE), listing("calls")))
        ]

        assert [told(one) for one in found] == [
            {},
            {"extortion": 1, "vanished": 3},
            {"extortion": 1, "vanished": 3},
            {},
        ]
        assert [one.changes for one in found] == [(), ("signs",), (), ("signs",)]

    def test_a_second_look_of_the_same_round_says_the_same(self, store: Store) -> None:
        """A shard that is walked again does not make the loss undone."""
        recorded(store, 1, FULL)
        twice = [listing(NOTE), listing(NOTE)]

        assert told(recorded(store, 2, *twice)) == {"extortion": 1, "vanished": 3}


OWN = index(".kibana_1", NOON - 2 * SET_UP, own=True)
MADE = index(NOTE, NOON)


class TestYounger:
    """When the data were made, and when the server."""

    def test_data_that_are_all_younger_than_their_server_are_a_sign(self) -> None:
        """Beside a campaign's name: what stood there before may be gone."""
        found = looked_back(drafted(OWN, MADE, index("faxes", NOON)), None)

        assert told(found) == {"extortion": 1, "younger": 2}

    @pytest.mark.parametrize(
        "now",
        [
            drafted(OWN, index("faxes", NOON)),
            drafted(OWN, MADE, index("faxes", NOON - 2 * SET_UP)),
            drafted(OWN, MADE, index("faxes", NOON - SET_UP)),
            drafted(OWN, MADE, index("faxes")),
            drafted(MADE),
            drafted(OWN, MADE, total=3),
        ],
        ids=["no name", "as old", "a week", "no date", "nothing to compare", "not all was listed"],
    )
    def test_less_than_that_is_none(self, now: Finding) -> None:
        """Data are always somewhat younger than what they stand in."""
        assert "younger" not in told(looked_back(now, None))


def test_each_is_worded_as_a_sign_and_says_what_to_do_first() -> None:
    """Nobody has looked; and whoever closes the door first loses the traces."""
    marks = looked_back(drafted(OWN, MADE), FULL).signs

    assert [mark.what for mark in marks] == ["extortion", "vanished", "younger"]
    assert {mark.advice for mark in marks} == {"preserve the logs before closing the door"}


NAMES = st.lists(st.sampled_from(["a", "b", NOTE, "clinic.patients"]), max_size=6)


@given(now=NAMES, before=NAMES)
def test_nothing_is_said_without_a_campaign_s_name(now: list[str], before: list[str]) -> None:
    """And never is more said to be gone than there was."""
    found = looked_back(listing(*now), listing(*before))

    assert set(told(found)) <= ({"extortion", "vanished"} if NOTE in now else set())
    assert told(found).get("vanished", 0) <= len(before)


def recorded(store: Store, number: int, *drafts: Finding) -> Finding:
    """Walk the round of one day, to its end; give the last look of it."""
    name, at = f"r{number}", day(number)
    with store.begin_round(name, scope=SCOPE, vantage=VANTAGE, at=at, way=WAY) as round_:
        found = [round_.record(dated(draft, name, at)) for draft in drafts]
        round_.settle(at)
    return found[-1]


def dated(draft: Finding, name: str, at: datetime) -> Finding:
    """Give a draft its round."""
    return replace(draft, round=name, first_seen=at, last_seen=at)
