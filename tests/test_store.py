"""The history: what is reported is kept, and only observations change it."""

import os
import re
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import pytest

from scanner.life import Patience
from scanner.model import (
    Access,
    Endpoint,
    Finding,
    ScopeReference,
    Service,
    Severity,
    Silence,
    Status,
)
from scanner.record import fingerprint
from scanner.store import Round, Settled, Store, StoreRefused
from scanner.store.database import Database
from scanner.way import ShardTally, Way
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, coverage, day, endpoint, exposure
from tests.histories import rows

ROOT = Path(__file__).parents[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Name a history that is not there yet."""
    return tmp_path / "history.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Open a new history."""
    with Store.open(path, create=NOON) as opened:
        yield opened


#: Most of these tests need a door to be seen shut only once.
ONCE = Patience(critical=1, others=1)


def begin(
    store: Store, number: int, *, scope: ScopeReference = SCOPE, vantage: str = VANTAGE
) -> Round:
    """Begin the round of one day."""
    return store.begin_round(
        f"r{number}", scope=scope, vantage=vantage, at=day(number), way=WAY, patience=ONCE
    )


def see(  # noqa: PLR0913 - each is one side of a round
    store: Store,
    number: int,
    *seen: Finding,
    shut: tuple[Endpoint, ...] = (),
    by: str | None = None,
    scope: ScopeReference = SCOPE,
    vantage: str = VANTAGE,
) -> Settled:
    """Walk a round that sees these, in this order, and ends."""
    with begin(store, number, scope=scope, vantage=vantage) as one:
        for finding in seen:
            one.record(msgspec.structs.replace(finding, round=f"r{number}", last_seen=day(number)))
        for door in shut:
            one.observe_shut(door, probe=by, because="refused", at=day(number))
        settled = one.settle(day(number))
        one.end(coverage(round=f"r{number}", ended=day(number)))
        return settled


def status_of(store: Store) -> list[Status]:
    """Give the statuses of what is open."""
    return [finding.status for finding in store.open_findings(NOON)]


def events(path: Path) -> list[tuple[str, str, str]]:
    """Read the history as an outsider would: round, what, fingerprint."""
    return rows(path, "SELECT round, what, fingerprint FROM event ORDER BY number")


class TestLife:
    """The life of a finding, round by round."""

    def test_it_is_new_then_ongoing_then_resolved_then_reopened(self, store: Store) -> None:
        """The plain course of things, told by what `record` and `settle` give back."""
        with begin(store, 1) as one:
            assert one.record(exposure()).status is Status.NEW
        with begin(store, 2) as two:
            ongoing = two.record(exposure(first_seen=day(2), last_seen=day(2)))
        assert (ongoing.status, ongoing.first_seen, ongoing.last_seen) == (
            Status.ONGOING,
            NOON,
            day(2),
        )
        resolved = see(store, 3, shut=(endpoint(),)).resolved
        with begin(store, 4) as four:
            back = four.record(exposure(first_seen=day(4), last_seen=day(4)))

        assert [(f.status, f.round, f.last_seen) for f in resolved] == [
            (Status.RESOLVED, "r3", day(2))
        ]
        assert (back.status, back.first_seen) == (Status.REOPENED, NOON)

    def test_what_was_not_seen_is_unverified_and_stays_open(self, store: Store) -> None:
        """Nine nights of a pulled cable resolve nothing."""
        see(store, 1, exposure())

        settled = [see(store, night) for night in range(2, 11)]

        assert [len(one.resolved) for one in settled] == [0] * 9
        assert [one.unverified[0].status for one in settled] == [Status.UNVERIFIED] * 9
        assert status_of(store) == [Status.UNVERIFIED]

    def test_what_is_resolved_is_told_once(self, store: Store) -> None:
        """A ticket is closed by the round that saw the door shut, and left alone then."""
        see(store, 1, exposure())
        see(store, 2, shut=(endpoint(),))

        assert see(store, 3, shut=(endpoint(),)) == Settled((), ())

    def test_a_password_seen_by_the_same_probe_ends_it(self, store: Store) -> None:
        """Authentication demanded is an observation."""
        see(store, 1, exposure())

        assert len(see(store, 2, shut=(endpoint(),), by="elasticsearch").resolved) == 1

    def test_a_password_seen_by_another_probe_does_not(self, store: Store) -> None:
        """A locked Redis on that port says nothing of the Elasticsearch behind it."""
        see(store, 1, exposure())

        assert len(see(store, 2, shut=(endpoint(),), by="redis").unverified) == 1

    def test_a_door_shut_elsewhere_ends_nothing(self, store: Store) -> None:
        """Another address, another port."""
        see(store, 1, exposure())

        settled = see(store, 2, shut=(endpoint(8), endpoint(7, 9201)))

        assert len(settled.unverified) == 1

    def test_a_door_shut_to_another_vantage_ends_nothing(self, store: Store) -> None:
        """A firewall between us and the door is no lock on it."""
        see(store, 1, exposure())

        settled = see(store, 2, shut=(endpoint(),), vantage="office")

        assert (settled.resolved, len(settled.unverified)) == ((), 1)

    def test_another_service_in_its_place_ends_it(self, store: Store) -> None:
        """A rebuilt cluster is a new finding; the old one is not there any more."""
        see(store, 1, exposure())

        settled = see(store, 2, exposure(fingerprint="f2"))

        assert [finding.fingerprint for finding in settled.resolved] == ["f1"]
        assert [finding.fingerprint for finding in store.open_findings(NOON)] == ["f2"]

    def test_another_probe_s_finding_in_its_place_does_not(self, store: Store) -> None:
        """Two products may answer on one port; each probe speaks for its own."""
        see(store, 1, exposure())

        settled = see(store, 2, exposure(fingerprint="f2", probe="kibana"))

        assert [finding.fingerprint for finding in settled.unverified] == ["f1"]

    def test_a_clock_that_went_back_loses_nothing(self, store: Store) -> None:
        """Rounds are in the order in which they were walked."""
        see(store, 9, exposure())
        see(store, 3, exposure())

        assert [(f.status, f.last_seen) for f in store.open_findings(NOON)] == [
            (Status.ONGOING, day(9))
        ]


class TestCluster:
    """Nodes of one cluster are one finding on several endpoints."""

    def test_each_node_gives_a_line_and_all_say_the_same(self, store: Store) -> None:
        """The second node of a new cluster is new as well."""
        with begin(store, 1) as one:
            lines = [one.record(exposure(endpoint=endpoint(last))) for last in (7, 8, 9)]

        assert [line.status for line in lines] == [Status.NEW] * 3
        assert [line.endpoint for line in store.open_findings(NOON)] == [
            endpoint(7),
            endpoint(8),
            endpoint(9),
        ]

    def test_history_counts_it_once(self, store: Store, path: Path) -> None:
        """One finding began, on two endpoints."""
        see(store, 1, exposure(), exposure(endpoint=endpoint(8)))

        assert events(path) == [
            ("r1", "new", "f1"),
            ("r1", "exposed", "f1"),
            ("r1", "exposed", "f1"),
        ]

    def test_it_is_open_while_one_node_is(self, store: Store) -> None:
        """A node that was locked does not speak for the others."""
        see(store, 1, exposure(), exposure(endpoint=endpoint(8)))

        assert len(see(store, 2, shut=(endpoint(7),)).unverified) == 1
        assert [finding.endpoint for finding in store.open_findings(NOON)] == [endpoint(8)]
        assert len(see(store, 3, shut=(endpoint(8),)).resolved) == 1

    def test_a_cluster_that_moved_is_the_same_finding(self, store: Store) -> None:
        """The old address is shut and the new one open: it goes on, in whichever order."""
        see(store, 1, exposure())
        with begin(store, 2) as two:
            two.observe_shut(endpoint(7), probe=None, because="refused", at=day(2))
            moved = two.record(exposure(endpoint=endpoint(8), last_seen=day(2)))
            settled = two.settle(day(2))

        assert moved.status is Status.ONGOING
        assert settled == Settled((), ())


class TestScopes:
    """Two scopes may share a history."""

    other = ScopeReference("laboratory", "SEC-7")

    def test_a_round_does_not_call_unverified_what_it_had_not_to_visit(self, store: Store) -> None:
        """The laboratory's round says nothing of the hospital."""
        see(store, 1, exposure())

        assert see(store, 2, scope=self.other) == Settled((), ())
        assert status_of(store) == [Status.NEW]

    def test_what_it_saw_shut_is_resolved_whoever_found_it(self, store: Store) -> None:
        """An observation is an observation."""
        see(store, 1, exposure())

        assert len(see(store, 2, shut=(endpoint(),), scope=self.other).resolved) == 1


class TestReading:
    """What the program asks the history."""

    def test_an_open_finding_is_given_whole(self, store: Store) -> None:
        """`ronde findings` prints what the scan printed."""
        with begin(store, 1) as one:
            seen = one.record(exposure(round="r1"))

        assert store.open_findings(NOON) == (seen,)

    def test_the_sweep_watches_what_was_open(self, store: Store) -> None:
        """Where something was open a round looks again, so that it can end."""
        see(store, 1, exposure(), exposure(fingerprint="f2", endpoint=endpoint(8, 6379)))
        see(store, 2, shut=(endpoint(),))

        assert store.watched() == {("192.0.2.8", 6379)}

    def test_a_round_can_be_read_while_it_goes_on(self, store: Store, path: Path) -> None:
        """`ronde findings` waits for nobody."""
        with begin(store, 1) as one, Store.open(path) as reader:
            one.record(exposure())

            assert len(reader.open_findings(NOON)) == 1

    def test_calls_may_come_from_any_thread(self, store: Store) -> None:
        """The pipeline's worker threads take turns."""
        with (
            begin(store, 1) as one,
            ThreadPoolExecutor(1) as first,
            ThreadPoolExecutor(1) as second,
        ):
            first.submit(one.record, exposure()).result()
            again = second.submit(one.record, exposure()).result()

        assert again.status is Status.NEW

    def test_a_hostile_name_is_kept_escaped(self, store: Store, path: Path) -> None:
        """Whoever looks into the file with a database shell is safe as well."""
        with begin(store, 1) as one:
            one.record(exposure(product="\x9b\u202e\ud800\x00"))

        assert store.open_findings(NOON)[0].product == "\x9b\u202e\\ud800\x00"
        [(document,)] = rows(path, "SELECT document FROM sighting")
        assert document.isprintable()


class TestContinuing:
    """A round that stopped before its end can be gone on with, if it is still the same round."""

    def test_it_remembers_its_name_course_and_shards(self, store: Store) -> None:
        """What `--resume` needs, to the tally of each shard that was done."""
        tally = ShardTally(
            states={"open": 2, "closed": 9},
            access={Access.OPEN: 1},
            unknown={Silence.TIMEOUT: 1},
            findings={Severity.HIGH: 1},
            asks=12,
            sent=340,
            received=5_600,
        )
        with begin(store, 1) as killed:
            killed.end_shard(2, tally, day(1))

        with resume(store, msgspec.structs.replace(WAY, seed=99)) as again:
            assert (again.name, again.started, again.way) == ("r1", day(1), WAY)
            assert again.shards_done() == {2: tally}

    def test_what_it_found_before_keeps_its_status(self, store: Store) -> None:
        """New stays new, however often its round sees it; told once for each door."""
        with begin(store, 1) as killed:
            killed.record(exposure(round="r1"))
            killed.record(exposure(round="r1", endpoint=endpoint(8)))

        with resume(store) as again:
            told = [(finding.endpoint, finding.status) for finding in again.told()]
            repeated = again.record(exposure(round="r1"))

        assert told == [(endpoint(7), Status.NEW), (endpoint(8), Status.NEW)]
        assert repeated.status is Status.NEW

    def test_what_earlier_rounds_found_is_not_its_own(self, store: Store) -> None:
        """Yesterday's finding is told when this round sees it, not before."""
        see(store, 1, exposure())
        with begin(store, 2):
            pass

        with resume(store) as again:
            assert again.told() == ()

    def test_an_interrupted_round_goes_on_and_loses_its_coverage(
        self, store: Store, path: Path
    ) -> None:
        """It had settled; what it sees now is ongoing, and it ends anew."""
        see(store, 1, exposure())
        see(store, 2)

        with resume(store) as again:
            assert again.record(exposure(round="r2")).status is Status.ONGOING
        ended = rows(path, "SELECT ended, coverage FROM round ORDER BY number")
        assert ended[1] == (None, None)

    def test_a_round_that_was_walked_to_its_end_is_over(self, store: Store) -> None:
        """There is nothing to go on with; a script that always resumes is told."""
        with begin(store, 1) as whole:
            for number in range(WAY.shards):
                whole.end_shard(number, ShardTally(), day(1))
            whole.end(coverage(round="r1"))

        with pytest.raises(StoreRefused, match="r1 was walked to its end"):
            resume(store)
        assert see(store, 2) == Settled((), ())

    def test_a_round_killed_after_its_last_shard_is_not(self, store: Store) -> None:
        """It has to be settled still."""
        with begin(store, 1) as killed:
            for number in range(WAY.shards):
                killed.end_shard(number, ShardTally(), day(1))

        with resume(store) as again:
            assert len(again.shards_done()) == WAY.shards

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"scope_digest": "other"}, "the scope file;"),
            ({"probes": ("redis",)}, "the probes (they were elasticsearch, redis);"),
            ({"plan_digest": "other"}, "the plan (the inventory, or"),
            ({"list_digest": "other"}, "this has changed: what --open-from lists;"),
            ({"scope_digest": "other", "probes": ()}, "the scope file, the probes"),
        ],
    )
    def test_a_changed_course_is_refused_by_name(
        self, store: Store, change: dict[str, object], named: str
    ) -> None:
        """Half a round under another permission or plan would be no round."""
        with begin(store, 1):
            pass

        with pytest.raises(StoreRefused, match=re.escape(named)):
            resume(store, msgspec.structs.replace(WAY, **change))

    def test_another_scope_or_vantage_has_no_round_here(self, store: Store) -> None:
        """Sightings from elsewhere are not continued."""
        with begin(store, 1, vantage="office"):
            pass

        with pytest.raises(StoreRefused, match="no round of the scope 'hospital' from 'dmz'"):
            resume(store)

    def test_a_round_that_runs_is_not_taken_over(self, store: Store) -> None:
        """The lock tells the living from the killed."""
        with begin(store, 1), pytest.raises(StoreRefused, match="another round is using"):
            resume(store)


def resume(store: Store, way: Way = WAY) -> Round:
    """Go on with the newest round."""
    return store.resume_round(scope=SCOPE, vantage=VANTAGE, way=way)


KILLED = """
import os, signal, sys
from scanner.store import Store
from tests.exposures import WAY, NOON, SCOPE, VANTAGE, endpoint, exposure
store = Store.open(sys.argv[1], create=NOON)
walk = store.begin_round("r1", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY)
for last in range(1, 6):
    walk.record(exposure(fingerprint=f"f{last}", endpoint=endpoint(last)))
    print(last, flush=True)
signal.pause()
"""


def killed_after_five(path: Path) -> int:
    """Kill a round, without a warning, after it said that it recorded five findings."""
    with subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, cwd=ROOT
    ) as walking:
        try:
            assert walking.stdout is not None
            said = [walking.stdout.readline() for _ in range(5)]
            with (
                Store.open(path) as other,
                pytest.raises(StoreRefused, match=rf"process {walking.pid}, round r1"),
            ):
                other.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY)
        finally:
            walking.kill()
    assert said == [b"1\n", b"2\n", b"3\n", b"4\n", b"5\n"]
    return walking.returncode


class TestKilled:
    """A round that dies."""

    def test_it_loses_no_finding_that_it_made(self, path: Path) -> None:
        """What was recorded is there, and the next round goes on from it."""
        assert killed_after_five(path) == -signal.SIGKILL

        with Store.open(path) as store:
            assert len(store.open_findings(NOON)) == 5
            settled = see(store, 2, exposure(fingerprint="f1", endpoint=endpoint(1)))

        assert [finding.fingerprint for finding in settled.unverified] == ["f2", "f3", "f4", "f5"]

    def test_its_lock_dies_with_it(self, path: Path) -> None:
        """Nobody has to break a lock by hand, and the round is known not to have ended."""
        killed_after_five(path)

        with Store.open(path) as store, begin(store, 2):
            pass
        assert rows(path, "SELECT name, ended FROM round ORDER BY number") == [
            ("r1", None),
            ("r2", None),
        ]

    def test_a_door_that_it_saw_shut_is_resolved_by_the_next_round(self, store: Store) -> None:
        """The observation was kept; only its consequence was not drawn yet."""
        see(store, 1, exposure())
        with begin(store, 2) as broken:
            broken.observe_shut(endpoint(), probe=None, because="refused", at=day(2))

        assert [finding.round for finding in see(store, 3).resolved] == ["r3"]


class TestRefusals:
    """What is not a history of ours is left alone."""

    def test_two_rounds_at_once_are_refused(self, store: Store, path: Path) -> None:
        """The second one names the first, and the first goes on."""
        with begin(store, 1) as first, Store.open(path) as other:
            with pytest.raises(StoreRefused, match=rf"process {os.getpid()}, round r1"):
                begin(other, 2)
            first.record(exposure())

        with begin(store, 2):
            pass

    def test_a_round_name_is_used_once(self, store: Store) -> None:
        """Two rounds of one name could not be told apart; the lock is let go."""
        see(store, 1)

        with pytest.raises(StoreRefused, match="r1"):
            begin(store, 1)
        with begin(store, 2):
            pass

    def test_another_program_s_database_is_refused_and_intact(self, path: Path) -> None:
        """Not a table is added to somebody's address book."""
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE people (name)")
        before = path.read_bytes()

        with pytest.raises(StoreRefused, match="not a history of ronde"):
            Store.open(path, create=NOON)

        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("text", [b"192.0.2.0/24\n", b"SQLite format 3\0" + b"x" * 5000])
    def test_a_file_that_is_no_database_is_refused_and_intact(
        self, path: Path, text: bytes
    ) -> None:
        """A scope given in the wrong place survives."""
        path.write_bytes(text)

        with pytest.raises(StoreRefused, match=str(path)):
            Store.open(path, create=NOON)

        assert path.read_bytes() == text

    def test_a_torn_history_is_refused_by_name(self, store: Store, path: Path) -> None:
        """A document that cannot be read is said to be that, and is not repeated."""
        see(store, 1, exposure())
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("""UPDATE sighting SET document = '{"hunter2'""")
            connection.commit()

        with pytest.raises(StoreRefused, match="cannot be read") as refused:
            store.open_findings(NOON)
        assert "hunter2" not in str(refused.value)

    def test_a_missing_history_is_not_an_empty_one(self, path: Path) -> None:
        """`ronde findings` with a misspelt path must not say that nothing is open."""
        with pytest.raises(StoreRefused, match="no history"):
            Store.open(path)

        assert not path.exists()

    def test_an_empty_file_is_not_an_empty_history(self, path: Path) -> None:
        """Nor with a file that somebody touched."""
        path.touch()

        with pytest.raises(StoreRefused, match="no round has been recorded"):
            Store.open(path)

    @pytest.mark.parametrize("place", [".", "missing/history.db"])
    def test_a_place_where_no_file_can_be_is_refused(self, tmp_path: Path, place: str) -> None:
        """A folder, or a folder that is not there."""
        with pytest.raises(StoreRefused, match=str(tmp_path)):
            Store.open(tmp_path / place, create=NOON)

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("mysql://me:hunter2@db/ronde", "mysql is not supported: sqlite and postgresql are"),
            ("postgresql://me@127.0.0.1:hunter2/ronde", "cannot be read"),
            ("nonsense://me:hunter2@db", "nonsense"),
            ("://hunter2", "cannot be read"),
            ("sqlite://", "name a file"),
            ("sqlite:///:memory:", "name a file"),
        ],
    )
    def test_a_url_that_cannot_be_used_is_refused_without_its_password(
        self, url: str, said: str
    ) -> None:
        """What is refused is named; what is secret is not."""
        with pytest.raises(StoreRefused, match=said) as refused:
            Store.open(url, create=NOON)
        assert "hunter2" not in str(refused.value)

    def test_a_full_disk_keeps_what_was_there(self, store: Store, path: Path) -> None:
        """The database says what is wrong, and the finding before it is safe."""
        see(store, 1, exposure())
        with begin(store, 2) as two:
            _shrink(store)
            with pytest.raises(StoreRefused, match="full"):
                two.record(exposure(fingerprint="f2", remedy="x" * 10_000_000))

        with Store.open(path) as reader:
            assert [finding.fingerprint for finding in reader.open_findings(NOON)] == ["f1"]


def test_a_url_and_a_path_name_the_same_history(store: Store, path: Path) -> None:
    """`sqlite:///` is understood."""
    see(store, 1, exposure())

    with Store.open(f"sqlite:///{path}") as other:
        assert len(other.open_findings(NOON)) == 1


def test_every_file_of_the_history_is_its_owner_s_alone(path: Path) -> None:
    """Also what SQLite and the lock put beside it, whatever the umask allows."""
    before = os.umask(0)
    try:
        with Store.open(path, create=NOON) as store, begin(store, 1) as one:
            one.record(exposure())
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    finally:
        os.umask(before)

    assert modes == {
        "history.db": 0o600,
        "history.db-wal": 0o600,
        "history.db-shm": 0o600,
        "history.db.lock": 0o600,
    }


def test_an_empty_file_becomes_its_owner_s_alone(path: Path) -> None:
    """Before anything is in it."""
    path.touch(0o644)

    Store.open(path, create=NOON).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_writer_takes_its_place_at_once(path: Path) -> None:
    """A transaction that reads before it writes cannot be refused half-way."""
    Store.open(path, create=NOON).close()
    database = Database.open(str(path), create=None)

    with (
        closing(database),
        closing(sqlite3.connect(path, timeout=0)) as other,
        database.writing(),
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


def test_a_door_is_noted_shut_once(store: Store, path: Path) -> None:
    """What another service replaced is not shut again when that one is shut."""
    see(store, 1, exposure())
    see(store, 2, exposure(fingerprint="f2"), shut=(endpoint(), endpoint()))

    assert [one for one in events(path) if one[1] == "shut"] == [
        ("r2", "shut", "f1"),
        ("r2", "shut", "f2"),
    ]


def test_the_events_tell_a_finding_s_whole_life(store: Store, path: Path) -> None:
    """Nothing is ever taken out, and a night without a change adds nothing."""
    see(store, 1, exposure())
    see(store, 2, exposure())
    see(store, 3)
    see(store, 4, shut=(endpoint(),))
    see(store, 5, exposure())

    assert events(path) == [
        ("r1", "new", "f1"),
        ("r1", "exposed", "f1"),
        ("r4", "shut", "f1"),
        ("r4", "resolved", "f1"),
        ("r5", "reopened", "f1"),
        ("r5", "exposed", "f1"),
    ]


def test_a_round_that_ended_is_kept_with_its_coverage(store: Store, path: Path) -> None:
    """What a round reached belongs to the history as well."""
    see(store, 1)

    [(ended, reached)] = rows(path, "SELECT ended, coverage FROM round")
    assert str(ended).startswith("2026-03-02 12:00:00")
    assert '"planned":1256' in reached


def test_a_moment_without_a_zone_is_a_bug(store: Store) -> None:
    """Nobody could tell when it was."""
    with pytest.raises(Exception, match="without a time zone"):
        store.begin_round(
            "r1", scope=SCOPE, vantage=VANTAGE, at=day(1).replace(tzinfo=None), way=WAY
        )


def _shrink(store: Store) -> None:
    """Leave the database no page to grow by, as a full disk would."""
    with store._database.reading() as connection:  # noqa: SLF001 - no disk is filled for a test
        connection.exec_driver_sql("PRAGMA max_page_count = 1")


def test_a_service_that_hides_its_identity_keeps_its_finding(store: Store) -> None:
    """Its front page is refused tonight, its listing is not: nothing began and nothing ended."""
    see(store, 1, exposure(fingerprint="cluster"))
    nameless = fingerprint("elasticsearch", Service("Elasticsearch"), endpoint())

    settled = see(store, 2, exposure(fingerprint=nameless))

    found = [(one.fingerprint, one.status) for one in store.open_findings(NOON)]
    assert found == [("cluster", Status.ONGOING)]
    assert settled.resolved == ()


def test_what_is_recorded_together_is_committed_together(store: Store, path: Path) -> None:
    """A failure in the middle leaves nothing of the lot; what came before it stays."""
    with begin(store, 1) as one:
        one.record(exposure(fingerprint="f1", round="r1"))
        with suppress(ZeroDivisionError), one.together():
            one.record(exposure(fingerprint="f2", endpoint=endpoint(8), round="r1"))
            raise ZeroDivisionError
        with one.together():
            one.record(exposure(fingerprint="f3", endpoint=endpoint(9), round="r1"))
            assert [event[2] for event in events(path) if event[1] == "new"] == ["f1"]

        assert [event[2] for event in events(path) if event[1] == "new"] == ["f1", "f3"]
