"""What a history forgets: what was over before the newest rounds, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.acceptance import Signature
from scanner.model import Finding, ScopeReference, Status
from scanner.store import Store
from tests.exposures import NOON, day, endpoint, exposure
from tests.ground import Ground, fresh_ground
from tests.histories import rows
from tests.test_store import events, see

ground = fresh_ground

SIGNED = Signature(until=day(9), reason="moves in May", approver="CISO", since=day(1))
ELSEWHERE = ScopeReference("clinic", "SEC-9")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a history that is not there yet."""
    return tmp_path / "history.db"


def nights(store: Store, *numbers: int, seen: tuple[Finding, ...] = ()) -> None:
    """Walk rounds that see these, or nothing."""
    for number in numbers:
        see(store, number, *seen)


def named(path: Path, table: str) -> list[str]:
    """Name the rounds of a table's rows."""
    column = "name" if table == "round" else "round"
    statement = f"SELECT {column} FROM {table} ORDER BY 1"  # noqa: S608 - our own words
    return [str(row[0]) for row in rows(path, statement)]


class TestForgetting:
    """Rounds that end, where two of each scope and vantage are kept."""

    @pytest.fixture
    def store(self, path: Path) -> Iterator[Store]:
        """Open a history that keeps two rounds of each scope."""
        with Store.open(path, create=NOON, keep=2) as opened:
            yield opened
            assert opened.problems() == ()

    def test_old_rounds_go_with_their_ways(self, store: Store, path: Path) -> None:
        """Whatever is kept of the newest."""
        nights(store, 1, 2, 3, 4)

        assert named(path, "round") == ["r3", "r4"]
        assert named(path, "way") == ["r3", "r4"]

    def test_what_is_open_stays_open_since_the_same_moment(self, store: Store, path: Path) -> None:
        """However long ago it began; its round stays by name, without coverage."""
        nights(store, 1, seen=(exposure(),))
        nights(store, 2, 3, 4, 5)

        [found] = store.open_findings(NOON)
        assert (found.status, found.first_seen) == (Status.UNVERIFIED, day(1))
        assert events(path) == [("r1", "new", "f1")]
        assert rows(path, "SELECT name FROM round WHERE coverage IS NULL") == [("r1",)]

    def test_what_changes_every_night_has_a_bounded_past(self, store: Store, path: Path) -> None:
        """The beginning, and the newest rounds."""
        for number in range(1, 9):
            see(store, number, exposure(version=f"2.{number}"))

        assert [one[:2] for one in events(path)] == [
            ("r1", "new"),
            ("r7", "changed"),
            ("r8", "changed"),
        ]

    def test_what_was_resolved_long_ago_is_forgotten(self, store: Store, path: Path) -> None:
        """With its doors and events; when it comes back it is new."""
        see(store, 1, exposure())
        see(store, 2, shut=(endpoint(),))
        nights(store, 3)
        assert len(rows(path, "SELECT * FROM finding")) == 1
        nights(store, 4)

        assert rows(path, "SELECT * FROM finding") == []
        assert events(path) == []
        nights(store, 5, seen=(exposure(),))
        assert [found.status for found in store.open_findings(NOON)] == [Status.NEW]

    def test_what_is_accepted_is_kept_until_its_day(self, store: Store, path: Path) -> None:
        """It may come back, and then somebody has signed for it."""
        see(store, 1, exposure(fingerprint="f1f1"))
        store.accept("f1f1", SIGNED)
        see(store, 2, shut=(endpoint(),))
        nights(store, 3, 4, 5)
        assert len(rows(path, "SELECT * FROM acceptance")) == 1

        nights(store, 9)
        assert rows(path, "SELECT * FROM acceptance") == rows(path, "SELECT * FROM finding") == []

    def test_a_cluster_that_wanders_leaves_no_trail(self, store: Store, path: Path) -> None:
        """A pod has another address every night; the doors that it left are forgotten."""
        see(store, 1, exposure(endpoint=endpoint(1)))
        for number in range(2, 8):
            see(store, number, exposure(endpoint=endpoint(number)), shut=(endpoint(number - 1),))

        doors = rows(path, "SELECT address FROM sighting ORDER BY address")
        assert doors == [("192.0.2.5",), ("192.0.2.6",), ("192.0.2.7",)]

    def test_each_scope_has_its_own_rounds(self, store: Store, path: Path) -> None:
        """One that is walked every hour does not drive out one that is walked once a month."""
        see(store, 1, exposure(), scope=ELSEWHERE)
        see(store, 2, shut=(endpoint(),), scope=ELSEWHERE)
        nights(store, 3, 4, 5, 6)

        assert named(path, "round") == ["r1", "r2", "r5", "r6"]
        assert [one[1] for one in events(path)] == ["new", "exposed", "shut", "resolved"]


def test_a_scan_keeps_as_many_as_it_is_told(ground: Ground) -> None:
    """By the configuration of the night."""
    ground.permit({"redis": [1]})
    (ground.folder / "ronde.toml").write_text('keep_rounds = 2\nhistory = "night.sqlite"\n')
    codes = [ground.run("scan", "--probe", "redis").code for _ in range(4)]

    assert codes == [0, 0, 0, 0]
    assert rows(ground.folder / "night.sqlite", "SELECT count(*) FROM round") == [(2,)]
