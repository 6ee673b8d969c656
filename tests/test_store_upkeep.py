"""What a history needs now and then: looked through, copied, waited for, kept small."""

import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from scanner.store import RoundLock, Store, StoreRefused, hold
from scanner.way import ShardTally, Sign
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, coverage, exposure
from tests.ground import Ground, fresh_ground

ground = fresh_ground


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a history of one round with one finding."""
    path = tmp_path / "history.db"
    with Store.open(path, create=NOON) as opened:
        walk(opened, "r1")
    return path


def walk(opened: Store, name: str, lock: RoundLock | None = None) -> None:
    """Walk a round that sees one thing, to its end."""
    with opened.begin_round(name, scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY, lock=lock) as one:
        one.end_shard(1, ShardTally(), NOON)
        one.note_sign("192.0.2.9", 104, Sign.SOCKET)
        one.record(exposure(round=name))
        one.end(coverage(round=name))


def change(path: Path, statement: str) -> None:
    """Damage a history as no program of ours would."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


class TestCheck:
    """A history that is damaged says so."""

    def test_a_sound_history_has_no_problems(self, path: Path) -> None:
        """Nothing is said of what is well."""
        with Store.open(path) as opened:
            assert opened.problems() == ()

    @pytest.mark.parametrize(
        ("statement", "said"),
        [
            (
                """UPDATE sighting SET document = '{"hunter2'""",
                "f1: holds a finding that cannot be read",
            ),
            ("UPDATE way SET document = '{}'", "r1: holds a way that cannot be read"),
            ("UPDATE round SET coverage = '7'", "r1: holds a coverage that cannot be read"),
            (
                "UPDATE told SET findings = x'00'",
                "r1: holds a round's findings that cannot be read",
            ),
            ("DELETE FROM finding", "sighting: row 1 names a finding that is not there"),
            ("UPDATE shard SET tally = '{'", "r1: holds a shardtally that cannot be read"),
            ("UPDATE finding SET status = 'hunter2'", "f1: holds a status that cannot be read"),
            ("UPDATE sign SET sign = 'hunter2'", "r1: holds a sign that cannot be read"),
            ("UPDATE event SET transport = 'ipx'", "f1: holds a transport that cannot be read"),
            ("UPDATE finding SET last_seen = '7'", "f1: holds a moment that cannot be read"),
            (
                "INSERT INTO acceptance VALUES (1, 'f1', 'dire', '', 'why', 'who', '', '')",
                "f1: holds a severity that cannot be read",
            ),
        ],
    )
    def test_what_is_damaged_is_named_and_not_repeated(
        self, path: Path, statement: str, said: str
    ) -> None:
        """A document that cannot be read, a row that nothing belongs to."""
        change(path, statement)

        with Store.open(path) as opened:
            assert said in opened.problems()
            assert "hunter2" not in "".join(opened.problems())

    def test_a_word_that_is_none_of_ours_is_refused_by_name(self, path: Path) -> None:
        """What the check would name is no bug to whoever reads it before, and is not repeated."""
        change(path, "UPDATE finding SET status = 'hunter2'")

        with (
            Store.open(path) as opened,
            pytest.raises(StoreRefused, match="holds a status that cannot be read") as refused,
        ):
            opened.open_findings(NOON)
        assert "hunter2" not in str(refused.value)

    def test_torn_pages_are_found(self, path: Path) -> None:
        """The middle of the file is overwritten: it is refused, whatever SQLite makes of it."""
        text = bytearray(path.read_bytes())
        text[8192:24576] = b"\xff" * 16384
        path.write_bytes(text)

        with pytest.raises((StoreRefused, AssertionError)), Store.open(path) as opened:
            assert opened.problems() == ()


class TestBackup:
    """A copy of one moment."""

    def test_it_is_whole_and_its_owner_s_alone_while_a_round_goes_on(
        self, path: Path, tmp_path: Path
    ) -> None:
        """What was committed is in it; the round under way is not disturbed."""
        copy = tmp_path / "copy.db"
        with (
            Store.open(path) as opened,
            opened.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY) as one,
        ):
            opened.back_up(copy)
            one.record(exposure(fingerprint="f2", round="r2"))

        with Store.open(copy) as copied:
            assert [finding.fingerprint for finding in copied.open_findings(NOON)] == ["f1"]
            assert copied.problems() == ()
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600

    def test_a_file_that_exists_is_never_overwritten(self, path: Path, tmp_path: Path) -> None:
        """Least of all the history itself."""
        other = tmp_path / "other"
        other.write_text("mine")

        with Store.open(path) as opened, pytest.raises(StoreRefused, match="File exists"):
            opened.back_up(other)

        assert other.read_text() == "mine"


def test_a_round_can_wait_for_the_one_before(path: Path) -> None:
    """It is told who has the history, and begins when that one lets go."""
    with Store.open(path) as opened:
        first = opened.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY)
        told: list[str] = []
        letting_go = threading.Timer(0.2, first.close)

        def hear(holder: str) -> None:
            told.append(holder)
            letting_go.start()

        with hold(path, hear) as lock, Store.open(path) as patient:
            walk(patient, "r3", lock)
        letting_go.join()

    assert [said.rpartition(", ")[2] for said in told] == ["round r2"]


def test_whoever_tires_of_waiting_leaves_nothing_behind(path: Path) -> None:
    """An interrupt ends the wait, and the lock is as it was."""

    def tired(_holder: str) -> None:
        raise KeyboardInterrupt

    with Store.open(path) as opened:
        with (
            opened.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY),
            pytest.raises(KeyboardInterrupt),
        ):
            hold(path, tired)
        walk(opened, "r4")


def test_the_commands_look_where_the_configuration_says(ground: Ground) -> None:
    """A night's history is checked and copied under the configuration that it was walked under."""
    ground.permit({"redis": [1]})
    (ground.folder / "ronde.toml").write_text('history = "night.sqlite"\n')
    ground.run("scan")

    assert ground.run("db", "check").out == "night.sqlite: nothing is wrong with it\n"
    assert ground.run("db", "backup", "copy.sqlite").code == 0


def test_the_commands_say_how_it_is(ground: Ground) -> None:
    """Sound is 0, damaged is 2, and the copy is as good as the history."""
    ground.permit({"redis": [1]})
    ground.run("scan", "--history", "history.sqlite")
    copied = ground.run("db", "backup", "copy.sqlite", "--history", "history.sqlite")
    sound = ground.run("db", "check", "--history", "copy.sqlite")
    change(ground.folder / "copy.sqlite", "UPDATE way SET document = '{}'")
    damaged = ground.run("db", "check", "--history", "copy.sqlite")

    assert (copied.code, copied.out) == (0, "copy.sqlite: a copy of history.sqlite\n")
    assert (sound.code, sound.out) == (0, "copy.sqlite: nothing is wrong with it\n")
    assert damaged.code == 2
    assert "holds a way that cannot be read" in damaged.err
