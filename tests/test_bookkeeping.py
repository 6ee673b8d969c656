"""The commands that people keep the history with."""

from datetime import UTC, datetime, timedelta

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground

ground = fresh_ground

NEXT_WEEK = f"{datetime.now(UTC).date() + timedelta(days=7)}"
SIGNED = ("--until", NEXT_WEEK, "--reason", "moves", "--approver", "CISO")
HISTORY = ("--history", "history.sqlite")


def test_what_is_accepted_is_told_and_not_counted(ground: Ground) -> None:
    """The finding stays in lines, table and coverage; the exit code is that of a quiet night."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        first = ground.scan()
        name = first.on(port)[0]["fingerprint"]
        accepted = ground.run("accept", name[:8], *SIGNED, *HISTORY)
        second = ground.scan()
        shown = ground.run("findings", *HISTORY)
        withdrawn = ground.run("accept", name, "--withdraw", *HISTORY)
        third = ground.scan()

    assert (first.code, second.code, third.code) == (3, 0, 3)
    assert accepted.out == f"{name}: accepted as high until {NEXT_WEEK}, by CISO\n"
    assert withdrawn.out == f"{name}: no longer accepted\n"
    assert second.on(port)[0]["status"] == "accepted"
    assert second.on(port)[0]["accepted"]["reason"] == "moves"
    assert second.coverage["findings"] == second.coverage["accepted"] == {"high": 1}
    assert f"accepted until {NEXT_WEEK}" in shown.out
    assert (third.on(port)[0]["status"], third.on(port)[0]["accepted"]) == ("ongoing", None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("ffff", *SIGNED), "no finding in this history has the fingerprint 'ffff'"),
        (("ffff", "--withdraw"), "no finding in this history has the fingerprint 'ffff'"),
        (("ffff", "--reason", "r", "--approver", "a"), "--until is needed"),
        (("ffff", *SIGNED[:4]), "--approver is needed"),
        (("ffff", "--withdraw", *SIGNED), "--withdraw takes no --until"),
    ],
)
def test_what_cannot_be_accepted_is_refused(
    ground: Ground, words: tuple[str, ...], said: str
) -> None:
    """With exit code 2, and with what is wrong."""
    ground.permit({"redis": [1]})
    ground.run("scan", *HISTORY)

    refused = ground.run("accept", *words, *HISTORY)

    assert refused.code == 2
    assert said in refused.err


def test_a_history_that_is_not_there_is_not_made(ground: Ground) -> None:
    """A misspelt path has no findings to accept."""
    assert ground.run("accept", "ffff", *SIGNED, *HISTORY).code == 2
    assert not (ground.folder / "history.sqlite").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hunter2@db.example/ronde",
        "postgresql://db.example/ronde?password=hunter2",
        "postgresql://[hunter2@db.example/ronde",
    ],
)
def test_a_password_on_the_command_line_is_refused(ground: Ground, url: str) -> None:
    """Everybody could read it there; it is not repeated, and nothing is connected to."""
    said = ground.run("db", "check", "--history", url)

    assert said.code == 2
    assert "name the URL in RONDE_HISTORY or ronde.toml" in said.err
    assert "hunter2" not in said.err
