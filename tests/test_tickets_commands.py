"""Tickets as a user meets them: rounds that end in a tracker, and the commands about it."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.running import running
from tests.ground import COMMAND, Ground, fresh_ground
from tests.tickets.fakes.kept import TOKEN
from tests.tickets.fakes.roundup import FakeRoundup
from tests.tickets.listening import listening

ground = fresh_ground

TABLE = """
history = "history.sqlite"

[tickets.desk]
system = "roundup"
url = "{origin}/ronde"
user = "ronde"
password = "{password}"
severity = "low"
"""


@contextmanager
def desk(ground: Ground, password: str | None = None) -> Iterator[FakeRoundup]:
    """A tracker, and a configuration that names it."""
    fake = FakeRoundup()
    with listening(fake) as origin:
        text = TABLE.format(origin=origin, password=password or "env:TRACKER_TOKEN")
        (ground.folder / "ronde.toml").write_text(text)
        yield fake


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TOKEN", TOKEN)


def test_a_round_ends_in_the_tracker(ground: Ground) -> None:
    """What is open has a ticket when the scan ends; its exit code is that of the round."""
    with running(FakeRedis().serve) as (_, port), desk(ground) as fake:
        ground.permit({"redis": [port]})
        said = ground.scan("--quiet")

    assert said.code == 3
    (ticket,) = fake.tickets
    assert f"127.0.0.1:{port}" in ticket.title


def test_a_tracker_that_is_down_fails_no_round(ground: Ground) -> None:
    """It is said, nothing is lost, and who wants to know gets 5."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        with desk(ground):
            pass
        first = ground.scan()
        second = ground.scan("--strict-delivery")

    assert first.code == 3
    assert "ronde: tickets.desk: 0 done, 1 failed: 127.0.0.1 cannot be connected to" in first.err
    assert second.code == 5 or "left for later" not in second.err
    assert "waiting: create" in ground.run("tickets", "status").out


def test_what_was_missed_is_synced_later(ground: Ground) -> None:
    """In a process of its own, whose guard lets it reach the tracker and nothing else."""
    with running(FakeRedis().serve) as (_, port), desk(ground) as fake:
        fake.expired = True
        ground.permit({"redis": [port]})
        ground.scan("--quiet")
        fake.expired = False
        said = in_a_process(ground, "tickets", "sync", "--parked")

    assert said.stdout == "tickets.desk: 1 done, 0 failed\n"
    assert said.returncode == 0
    assert len(fake.tickets) == 1


def test_the_commands_show_where_tickets_stand(ground: Ground) -> None:
    """Key, name there, last state; what is due; what differs; and whether we are let in."""
    with running(FakeRedis().serve) as (_, port), desk(ground) as fake:
        ground.permit({"redis": [port]})
        ground.scan("--quiet")
        fake.close_by_hand(fake.tickets[0])

        assert "desk  ronde-" in ground.run("tickets", "status").out
        assert "1 is closed there, open here" in ground.run("tickets", "diff").out
        assert ground.run("tickets", "test").out.startswith("desk: let in as ronde")
        assert ground.run("tickets", "test", "nobody").code == 2


def test_a_dry_run_prints_the_calls_and_changes_nothing(ground: Ground) -> None:
    """No secret is among them."""
    with running(FakeRedis().serve) as (_, port), desk(ground) as fake:
        ground.permit({"redis": [port]})
        config = ground.text("ronde.toml")
        (ground.folder / "ronde.toml").write_text("")
        ground.scan("--quiet")
        (ground.folder / "ronde.toml").write_text(config)
        said = ground.run("tickets", "sync", "--dry-run")

    assert fake.tickets == []
    assert "POST http://127.0.0.1" in said.out
    assert f"127.0.0.1:{port}" in said.out
    assert TOKEN not in said.out + said.err


def test_without_a_tracker_the_commands_say_so(ground: Ground) -> None:
    """And a round is a round."""
    said = ground.run("tickets", "sync")

    assert said.code == 2
    assert said.err == "ronde: the configuration has no [tickets.NAME]; see docs/tickets.md\n"


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ('system = "roundup"', "tickets.desk: Object missing required field"),
        ('system = "jirra"', "tickets.desk.system: is one of "),
        ('system = "webhook"\nurl = "https://x"\nsecret = "abc"', "tickets.desk.secret: a secret"),
        (
            'system = "webhook"\nurl = "http://x"\nsecret = "env:HOOK"',
            "tickets.desk.url: without TLS a credential",
        ),
        (
            'system = "webhook"\nurl = "https://x"\nsecret = "env:HOOK"\nmax_new = -1',
            "tickets.desk.max_new: is between 0 and 10000",
        ),
        (
            'system = "webhook"\nurl = "https://x"\nsecret = "env:HOOK"\nbody = "none.txt"',
            "none.txt: cannot be read",
        ),
        (
            'system = "webhook"\nurl = "https://x"\nsecret = "env:HOOK"\ngroup_by = "moon"',
            "tickets.desk.group_by: Invalid enum value",
        ),
        (
            'system = "webhook"\nurl = "https://x"\nsecret = "env:HOOK"\nca = "none.pem"',
            "tickets.desk.ca: no certificates",
        ),
    ],
)
def test_a_wrong_table_is_refused_by_file_and_field(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, table: str, why: str
) -> None:
    """Before a round begins."""
    monkeypatch.setenv("HOOK", "whsec_" + "QUJD" * 10)
    (ground.folder / "ronde.toml").write_text(f"[tickets.desk]\n{table}\n")

    said = ground.run("tickets", "status", "--history", "history.sqlite")

    assert said.code == 2
    assert said.err.startswith("ronde: ronde.toml: ")
    assert why in said.err


class TestPlantedSecrets:
    """A credential is on the wire and nowhere else."""

    def test_it_is_in_no_file_and_in_no_output(self, ground: Ground) -> None:
        """Whatever they do, and however it fails: every file, and all that was said."""
        secret = ground.folder / "elsewhere" / "token"
        secret.parent.mkdir()
        secret.write_text(TOKEN)
        secret.chmod(0o600)
        with running(FakeRedis().serve) as (_, port), desk(ground, "file:elsewhere/token") as fake:
            ground.permit({"redis": [port]})
            said = [
                in_a_process(ground, "-vv", "scan", "--probe", "redis", "--output", "html:r.html")
            ]
            fake.expired = True
            said += [in_a_process(ground, "-vv", *words) for words in COMMANDS]
            fake.expired, fake.missing = False, True
            said += [in_a_process(ground, "-vv", *words) for words in COMMANDS]
        secret.unlink()

        spoken = "".join(one.stdout + one.stderr for one in said)
        assert "the credential is refused (401)" in spoken
        assert "a bug" not in spoken
        assert [path for path in files(ground.folder) if TOKEN.encode() in path.read_bytes()] == []
        assert TOKEN not in spoken

    def test_it_is_in_no_traceback(self, ground: Ground) -> None:
        """Not even in that of a bug of ours in the midst of a call."""
        broken = (
            "import scanner.ourside as o, httpx, traceback, sys\n"
            "def fails(self, *a, **k): raise RuntimeError('boom')\n"
            "o.Client._exchange = fails\n"
            "from scanner.exits import run_command\n"
            "from scanner.cli import ronde\n"
            "ronde.main(['tickets', 'test'], standalone_mode=False)\n"
        )
        with desk(ground):
            said = in_a_process(ground, command=(COMMAND[0], "-c", broken))

        assert "boom" in said.stderr
        assert TOKEN not in said.stderr


COMMANDS = (
    ("tickets", "sync", "--parked"),
    ("tickets", "status"),
    ("tickets", "diff"),
    ("tickets", "test"),
    ("tickets", "sync", "--dry-run"),
)


def in_a_process(
    ground: Ground, *words: str, command: tuple[str, ...] = COMMAND
) -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own."""
    return subprocess.run(  # noqa: S603 - ourselves
        (*command, *words),
        cwd=ground.folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def files(folder: Path) -> list[Path]:
    """Give every file below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]
