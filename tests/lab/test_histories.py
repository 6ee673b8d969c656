"""Histories in a real PostgreSQL: the tests of those in a file, and what only a server can do."""

import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import make_url

from scanner.addresses import AddressSet
from scanner.demo.redis import FakeRedis
from scanner.guard import Guard
from scanner.store import Store, StoreRefused, hold
from scanner.store.home import home_of
from scanner.store.tables import TABLES
from tests.exposures import NOON, SCOPE, VANTAGE, WAY, exposure
from tests.fakes.running import running
from tests.fakes.turns import Held
from tests.ground import Ground, fresh_ground
from tests.histories import rows
from tests.lab.servers.process import Running
from tests.lab.servers.sql import postgresql
from tests.lab.session import Lab
from tests.test_store import (
    TestCluster,
    TestContinuing,
    TestKilled,
    TestLife,
    TestReading,
    TestScopes,
    store,
    test_a_door_is_noted_shut_once,
    test_a_service_that_hides_its_identity_keeps_its_finding,
    test_the_events_tell_a_finding_s_whole_life,
    test_what_is_recorded_together_is_committed_together,
)
from tests.test_store_life import TestAccepted, TestPatience, TestRegression
from tests.test_store_machine import Rounds
from tests.test_store_retention import TestForgetting

__all__ = [
    "TestAccepted",
    "TestCluster",
    "TestContinuing",
    "TestForgetting",
    "TestKilled",
    "TestLife",
    "TestPatience",
    "TestReading",
    "TestRegression",
    "TestScopes",
    "fresh_ground",
    "store",
    "test_a_door_is_noted_shut_once",
    "test_a_service_that_hides_its_identity_keeps_its_finding",
    "test_the_events_tell_a_finding_s_whole_life",
    "test_what_is_recorded_together_is_committed_together",
]

pytestmark = pytest.mark.real

ground = fresh_ground

#: Seconds in which anything here happens, on a machine that is busy with other things.
PATIENCE = 30

NUMBERS = count(1)


def url_of(server: Running) -> str:
    """Name the server's own database, which holds somebody's faxes."""
    return f"postgresql://postgres@{server.address}:{server.port}/postgres"


def fresh(server: Running) -> str:
    """Make a place for a history, a schema of its own, and give its URL."""
    schema = f"history_{next(NUMBERS)}"
    rows(url_of(server), f"CREATE SCHEMA {schema}")
    return f"{url_of(server)}?options=-csearch_path%3D{schema}"


@pytest.fixture
def server(lab: Lab) -> Running:
    """Start PostgreSQL, once."""
    return lab.start(postgresql)


@pytest.fixture
def path(server: Running) -> str:
    """Name a history that is not there yet."""
    return fresh(server)


def walk(opened: Store, name: str) -> None:
    """Walk a round that sees one thing."""
    with opened.begin_round(name, scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY) as one:
        one.record(exposure(round=name))


@pytest.fixture
def history(path: str) -> str:
    """Make a history of one round with one finding."""
    with Store.open(path, create=NOON) as opened:
        walk(opened, "r1")
    return path


class TestAnySequence:
    """The machine that walks any rounds, with a server below it."""

    def test_no_sequence_of_rounds_loses_a_finding(self, server: Running) -> None:
        """Or ends one without enough observations."""

        class Here(Rounds):
            def place(self) -> str:
                return fresh(server)

            def clear(self) -> None:
                """Leave it to the server's end."""

        few = settings(max_examples=5, stateful_step_count=15, deadline=None)
        run_state_machine_as_test(Here, settings=few)


class TestHolding:
    """One round at a time."""

    def test_another_round_is_refused_by_name(self, history: str) -> None:
        """The server shows who has it."""
        with (
            Store.open(history) as one,
            one.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY),
            Store.open(history) as other,
            pytest.raises(StoreRefused, match=rf"process {os.getpid()}, round r2"),
        ):
            walk(other, "r3")

    def test_a_round_can_wait_for_the_one_before(self, history: str) -> None:
        """It is told who has the history, and begins when that one lets go."""
        told: list[str] = []
        with hold(history) as first:
            first.name("r2")
            letting_go = threading.Timer(0.2, first.release)

            def hear(holder: str) -> None:
                told.append(holder)
                letting_go.start()

            with hold(history, hear) as second:
                second.name("r3")
                with pytest.raises(StoreRefused, match="round r3"):
                    hold(history)
            letting_go.join()

        assert [holder.startswith(f"process {os.getpid()}, round r2") for holder in told] == [True]

    def test_whoever_tires_of_waiting_leaves_nothing_behind(self, history: str) -> None:
        """An interrupt ends the wait, and the lock is as it was."""

        def tired(_holder: str) -> None:
            raise KeyboardInterrupt

        with hold(history), pytest.raises(KeyboardInterrupt):
            hold(history, tired)
        hold(history).release()

    def test_a_history_in_another_schema_is_another(self, server: Running, history: str) -> None:
        """Two scanners may share a server."""
        with hold(history), Store.open(fresh(server), create=NOON) as other:
            walk(other, "r1")

    def test_a_round_that_lost_its_hold_writes_no_more(self, history: str) -> None:
        """Somebody ended its session, and another round may have begun meanwhile."""
        with (
            Store.open(history) as opened,
            opened.begin_round("r2", scope=SCOPE, vantage=VANTAGE, at=NOON, way=WAY) as one,
        ):
            rows(
                history,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE '%round r2%'",
            )
            with pytest.raises(StoreRefused, match="no longer held for this round"):
                one.record(exposure(fingerprint="f2", round="r2"))
            assert [found.fingerprint for found in opened.open_findings(NOON)] == ["f1"]


class TestRefusals:
    """What is not a history of ours is left alone, and no password is shown."""

    def test_another_program_s_database_is_refused(self, server: Running) -> None:
        """Not a table is added to it."""
        with pytest.raises(StoreRefused, match="is a database, but not a history of ronde"):
            Store.open(url_of(server), create=NOON)

    def test_an_empty_database_is_not_an_empty_history(self, path: str) -> None:
        """A misspelt name must not say that nothing is open."""
        with pytest.raises(StoreRefused, match="no round has been recorded"):
            Store.open(path)

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"port": 1}, "Connection refused"),
            ({"database": "absent"}, 'database "absent" does not exist'),
            ({"username": "nobody"}, 'role "nobody" does not exist'),
        ],
    )
    def test_a_server_that_refuses_is_named_without_the_password(
        self, server: Running, change: dict[str, object], said: str
    ) -> None:
        """Neither in the message nor in the trace of a debugger."""
        url = make_url(url_of(server)).set(password="hunter2").set(**change)  # type: ignore[arg-type] # named by the test

        with pytest.raises(StoreRefused, match=said) as refused:
            Store.open(url.render_as_string(hide_password=False), create=NOON)

        assert "hunter2" not in "".join(traceback.format_exception(refused.value))
        assert "\n" not in str(refused.value)

    def test_a_newer_history_is_refused(self, history: str) -> None:
        """An old program does not guess at new tables."""
        rows(history, "UPDATE ronde_history SET version = 99")

        with pytest.raises(StoreRefused, match="is a history of version 99"):
            Store.open(history)

    def test_a_password_is_read_from_a_file(self, lab: Lab, tmp_path: Path) -> None:
        """As libpq does everywhere; here the wrong one, which the server refuses."""
        locked = lab.start(postgresql, "locked")
        secrets = tmp_path / "pgpass"
        secrets.write_text("*:*:*:*:hunter2\n")
        secrets.chmod(0o600)

        with pytest.raises(StoreRefused, match="password authentication failed"):
            Store.open(f"{url_of(locked)}?passfile={secrets}", create=NOON)


def test_a_connection_may_be_made_in_the_middle_of_a_round(history: str) -> None:
    """The driver resolves the server's name for each, which is no probe's name to connect to."""
    named = history.replace("127.0.0.1", "localhost")

    with Guard(AddressSet.of([]), names=home_of(named).names).watching():
        Store.open(named).close()


class TestUpkeep:
    """Tables, checks, copies."""

    def test_two_rounds_may_make_it_at_once(self, path: str) -> None:
        """The second waits for the tables of the first."""
        with ThreadPoolExecutor(4) as several:
            for opened in several.map(lambda one: Store.open(one, create=NOON), [path] * 4):
                opened.close()

        assert rows(path, "SELECT count(*) FROM ronde_history") == [(1,)]

    def test_its_tables_are_those_that_the_program_knows(self, history: str) -> None:
        """To types, defaults and indexes."""
        engine = home_of(history).engine(create=False)
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            context = MigrationContext.configure(connection, opts=options)
            assert list(compare_metadata(context, TABLES)) == []
        engine.dispose()

    def test_what_is_damaged_is_named(self, history: str) -> None:
        """Words and documents; pages and references are the server's own."""
        rows(history, "UPDATE finding SET status = 'hunter2'")
        rows(history, "UPDATE sighting SET document = '{'")

        with Store.open(history) as opened:
            assert opened.problems() == (
                "f1: holds a finding that cannot be read",
                "f1: holds a status that cannot be read",
            )

    def test_a_copy_is_left_to_pg_dump(self, history: str, tmp_path: Path) -> None:
        """Nothing is written."""
        with Store.open(history) as opened, pytest.raises(StoreRefused, match="pg_dump copies"):
            opened.back_up(tmp_path / "copy")

        assert list(tmp_path.iterdir()) == []

    def test_the_commands_take_a_url(
        self, ground: Ground, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """From a variable with a password in it, which none of them repeats."""
        secret = make_url(path).set(password="hunter2").render_as_string(hide_password=False)
        monkeypatch.setenv("RONDE_HISTORY", secret)
        with running(FakeRedis().serve) as (_, port):
            ground.permit({"redis": [port]})
            words = ("scan", "--probe", "redis", "--audit", "audit.jsonl")
            scanned = ground.run(*words, "--output", "html:page.html", "--output", "-")
            again = ground.run(*words, "--output", "-")
        shown = ground.run("findings", "--format", "json")
        checked = ground.run("db", "check")

        assert [one["status"] for one in scanned.on(port)] == ["new"]
        assert [one["status"] for one in (*again.on(port), *shown.on(port))] == ["ongoing"] * 2
        assert checked.out.endswith("/postgres: nothing is wrong with it\n")
        assert "hunter2" not in "".join(one.out + one.err for one in (scanned, shown, checked))
        assert "hunter2" not in ground.text("page.html") + ground.text("audit.jsonl")


@pytest.fixture
def held() -> Iterator[tuple[Held, list[int]]]:
    """Two ports of servers that answer their first caller together, and hold up the second."""
    waiting = Held(free=1)
    with running(waiting.serve) as (_, one), running(waiting.serve) as (_, other):
        yield waiting, [one, other]


def test_a_server_that_restarts_ends_the_round_and_loses_nothing(
    ground: Ground, path: str, held: tuple[Held, list[int]]
) -> None:
    """What was told is in the history, what was found after it is told, and why it ended is said.

    One session is killed as the system kills for want of memory; PostgreSQL ends all others then,
    and comes up again.
    """
    waiting, ports = held
    ground.permit({"redis": ports})
    with ground.start_scan("--history", path, "--audit", "audit.jsonl") as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert waiting.reached.wait(PATIENCE)
        [(pid,)] = rows(
            path,
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE '%, round 2%'",
        )
        os.kill(pid, signal.SIGKILL)
        waiting.go.set()
        rest, said = process.communicate(timeout=PATIENCE)

    assert process.returncode == 2
    assert '"ronde.finding/1"' in first
    assert rest.count('"ronde.finding/1"') == 1
    assert "no longer held for this round" in said
    assert len(_after_recovery(path)) == 1


def _after_recovery(path: str) -> tuple[object, ...]:
    """Ask what is open as soon as the server is up again."""
    for _ in range(PATIENCE * 10):
        try:
            with Store.open(path) as opened:
                return opened.open_findings(NOON)
        except StoreRefused:
            time.sleep(0.1)
    raise TimeoutError
