"""`ronde scan --quiet`: cron has nothing to mail where nothing changed."""

import json
from collections.abc import Iterator

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.redis import noauth
from tests.fakes.running import running
from tests.fakes.turns import Changing
from tests.ground import Ground, fresh_ground

ground = fresh_ground


@pytest.fixture
def door(ground: Ground) -> Iterator[Changing]:
    """A port with an open Redis behind it, and a scope that names it."""
    changing = Changing(FakeRedis().serve)
    with running(changing.serve) as (_, port):
        ground.permit({"redis": [port]})
        yield changing


def test_a_night_like_the_one_before_prints_nothing(ground: Ground, door: Changing) -> None:
    """The exit code is that of any round: the door is still open."""
    first, second = ground.scan("--quiet"), ground.scan("--quiet")
    door.now = noauth().serve
    third, fourth = ground.scan("--quiet"), ground.scan("--quiet")

    assert (first.code, second.code, third.code, fourth.code) == (3, 3, 0, 0)
    assert first.out.splitlines()[1].startswith("new  ")
    assert second.out == ""
    assert third.out.splitlines()[1].startswith("unverified (seen shut)  ")
    assert fourth.out.splitlines()[1].startswith("resolved  ")
    assert first.err == second.err == third.err == fourth.err == ""


@pytest.mark.usefixtures("door")
def test_an_output_that_was_named_is_written_all_the_same(ground: Ground) -> None:
    """What changed is then said beside it, never in it."""
    said = ground.scan("--quiet", "--output", "-")

    assert said.objects[-1]["schema"] == "ronde.coverage/1"
    assert "new  " in said.err


def test_what_is_refused_is_said(ground: Ground) -> None:
    """Cron has to mail it: nothing was looked at."""
    ground.permit({})
    (ground.folder / "scope.toml").write_text("")

    said = ground.scan("--quiet")

    assert (said.code, said.out) == (2, "")
    assert "scope.toml" in said.err


@pytest.mark.usefixtures("door")
@pytest.mark.parametrize(
    ("before", "said"), [((), 0), (("--log-json",), 1), (("-v",), 1)], ids=["", "json", "verbose"]
)
def test_warnings_are_held_back_unless_a_log_is_asked_for(
    ground: Ground, before: tuple[str, ...], said: int
) -> None:
    """A sweep that has to be narrower says so each night; the mail is for what changed."""
    ground.scan("--quiet")

    again = ground.run(
        *before,
        *("scan", "--history", "history.sqlite", "--probe", "redis", "--quiet"),
        *("--workers", "2", "--scope", str(slowed(ground))),
    )

    assert again.err.count("fewer-workers") == said


@pytest.mark.usefixtures("door")
def test_a_log_file_keeps_what_the_mail_leaves_out(ground: Ground) -> None:
    """It may be renamed between two events: the next one begins another."""
    words = ("scan", "--history", "history.sqlite", "--probe", "redis", "--quiet")
    more = ("--workers", "2", "--scope", str(slowed(ground)))
    log = ground.folder / "ronde.log"

    ground.run("--log", str(log), "--log-json", *words, *more)
    log.rename(ground.folder / "ronde.log.1")
    said = ground.run("--log", str(log), "--log-json", *words, *more)

    assert said.err == ""
    events = [json.loads(line)["event"] for line in log.read_text().splitlines()]
    assert events == ["fewer-workers"]
    assert "fewer-workers" in ground.text("ronde.log.1")
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_log_that_cannot_be_written_begins_no_round(ground: Ground) -> None:
    """Whoever asked for a log wants to read it."""
    ground.permit({})

    said = ground.run("--log", "no/such/ronde.log", "scan")

    assert said.code == 2
    assert said.err == (
        "ronde: cannot write no/such/ronde.log: No such file or directory; nothing was begun\n"
    )


def slowed(ground: Ground) -> str:
    """Write a scope whose rates are too low for two workers."""
    slow = ground.text("scope.toml").replace(
        "connections_per_second = 1000", "connections_per_second = 19"
    )
    path = ground.folder / "slow.toml"
    path.write_text(slow)
    path.chmod(0o600)
    return str(path)
