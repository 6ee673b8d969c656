"""Histories of older programs: brought up whole, or left as they were."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from scanner.model import Status
from scanner.plaintext import document
from scanner.store import Store, StoreRefused
from scanner.store.tables import TABLES, VERSION
from scanner.store.upgrade import MIGRATIONS
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, exposure
from tests.ground import Ground, fresh_ground

ground = fresh_ground

OLDER = range(1, VERSION)

#: What every version knew: a round that saw one door of a finding exposed, and another shut.
REMEMBERED = """
INSERT INTO ronde_history VALUES ({version}, '2026-03-01 12:00:00.000000');
INSERT INTO round VALUES
    (1, 'r1', 'hospital', 'SEC-1204', 'dmz', '2026-03-01 12:00:00.000000', NULL, NULL);
INSERT INTO finding (fingerprint, scope, status, round, first_seen, last_seen) VALUES
    ('f1', 'hospital', 'new', 'r1', '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000');
INSERT INTO sighting
    (fingerprint, address, port, transport, vantage, probe, exposed, round, at, document) VALUES
    ('f1', '192.0.2.7', 9200, 'tcp', 'dmz', 'elasticsearch', 1, 'r1',
     '2026-03-01 12:00:00.000000', '{document}'),
    ('f1', '192.0.2.8', 9200, 'tcp', 'dmz', 'elasticsearch', 0, 'r1',
     '2026-03-01 12:00:00.000000', '{document}');
"""


@contextmanager
def connected(path: Path) -> Iterator[Connection]:
    """Open a database as alembic wants it."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def older(folder: Path, version: int) -> Path:
    """Make a history as a program of that version left it."""
    path = folder / "history.sqlite"
    with connected(path) as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, f"{version:04}")
    with closing(sqlite3.connect(path)) as raw:
        raw.executescript("DROP TABLE alembic_version")
        raw.executescript(
            REMEMBERED.format(version=version, document=document(exposure(round="r1")).decode())
        )
    return path


def differences(path: Path) -> list[object]:
    """Compare a history's tables with those that the program knows."""
    with connected(path) as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, TABLES))


def test_the_last_step_leads_to_the_tables_of_today() -> None:
    """A change of the tables without its step, or a step without its number, stands out here."""
    steps = ScriptDirectory(str(MIGRATIONS))

    assert steps.get_current_head() == f"{VERSION:04}"
    assert len(list(steps.walk_revisions())) == VERSION


@pytest.mark.parametrize("version", OLDER)
def test_an_upgraded_history_has_the_tables_of_a_new_one(tmp_path: Path, version: int) -> None:
    """To types, defaults and indexes; and alembic finds the version in its own table."""
    path = older(tmp_path, version)

    Store.open(path).close()

    assert differences(path) == []
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT version FROM ronde_history").fetchall() == [(VERSION,)]
        assert raw.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (f"{VERSION:04}",)
        ]


def test_a_new_history_has_them_too(tmp_path: Path) -> None:
    """It is made from the tables, without a step."""
    Store.open(tmp_path / "history.sqlite", create=NOON).close()

    assert differences(tmp_path / "history.sqlite") == []


@pytest.mark.parametrize("version", OLDER)
def test_what_it_remembers_is_kept(tmp_path: Path, version: int) -> None:
    """What was open is open, what was shut is not told as seen exposed, and rounds go on."""
    with Store.open(older(tmp_path, version)) as store:
        assert [one.endpoint.address for one in store.open_findings(NOON)] == ["192.0.2.7"]
        assert [one.seen_shut for one in store.told(None, NOON).findings] == [0]
        with store.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY) as two:
            assert two.record(exposure(round="r2")).status is Status.ONGOING
        assert store.problems() == ()


def test_a_round_of_before_there_were_ways_cannot_be_continued(tmp_path: Path) -> None:
    """Nothing says how it went."""
    with (
        Store.open(older(tmp_path, 1)) as store,
        pytest.raises(StoreRefused, match="r1 was begun by a ronde that could not"),
    ):
        store.resume_round(scope=SCOPE, vantage=VANTAGE, way=WAY)


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path) -> None:
    """Somebody put a table of his own in its way: all steps are one transaction."""
    path = older(tmp_path, 1)
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE acceptance (of_mine)")
        before = list(raw.iterdump())

    with pytest.raises(StoreRefused, match="table acceptance already exists"):
        Store.open(path)

    with closing(sqlite3.connect(path)) as raw:
        assert list(raw.iterdump()) == before


def test_two_programs_may_come_upon_it_at_once(tmp_path: Path) -> None:
    """The second waits, and finds nothing left to do."""
    path = older(tmp_path, 1)

    with ThreadPoolExecutor(2) as both:
        for opened in both.map(Store.open, [path, path]):
            opened.close()

    assert differences(path) == []


@pytest.mark.parametrize("version", [0, VERSION + 1])
def test_a_version_that_nobody_knows_is_refused_and_intact(tmp_path: Path, version: int) -> None:
    """An old program does not guess at new tables, and nobody at none."""
    path = tmp_path / "history.sqlite"
    Store.open(path, create=NOON).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE ronde_history SET version = ?", [version])
        raw.commit()
    before = path.read_bytes()

    with pytest.raises(StoreRefused, match=f"version {version}; this ronde reads {VERSION}"):
        Store.open(path, create=NOON)

    assert path.read_bytes() == before


def test_the_commands_upgrade_and_copy(ground: Ground) -> None:
    """A copy is made of what is there, before anything of it is changed."""
    older(ground.folder, 2)
    copied = ground.run("db", "backup", "copy.sqlite", "--history", "history.sqlite")
    upgraded = ground.run("db", "upgrade", "--history", "history.sqlite")

    assert (copied.code, upgraded.code) == (0, 0)
    assert upgraded.out == f"history.sqlite: of version {VERSION}, which this ronde reads\n"
    assert _version_of(ground.folder / "copy.sqlite") == 2
    assert _version_of(ground.folder / "history.sqlite") == VERSION


def _version_of(path: Path) -> object:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT version FROM ronde_history").fetchone()[0]
