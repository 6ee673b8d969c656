"""A round that is interrupted, killed, or whose output fails: what it saves, and how it ends."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scanner.demo.redis import FakeRedis
from tests.fakes.running import running
from tests.fakes.turns import Held
from tests.ground import Ground, Said, fresh_ground

ground = fresh_ground

#: Seconds in which anything here happens, on a machine that is busy with other things.
PATIENCE = 30

pytestmark = pytest.mark.slow


@pytest.fixture
def held() -> Iterator[tuple[Held, list[int]]]:
    """Two ports of servers that answer their first caller together, and hold up the second."""
    server = Held(free=1)
    with running(server.serve) as (_, one), running(server.serve) as (_, other):
        yield server, [one, other]


def exposed(ground: Ground, ports: list[int]) -> list[dict[str, Any]]:
    """Give what the history says is open on these ports."""
    said = ground.run("findings", "--history", "history.sqlite", "--format", "json")
    return [one for port in ports for one in said.on(port)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_finishes_what_is_in_flight(
    ground: Ground, held: tuple[Held, list[int]], number: signal.Signals
) -> None:
    """The conversation under way is had to its end, saved and written; then it ends with 130."""
    server, ports = held
    ground.permit({"redis": ports})

    with ground.start_scan("--output", "found.jsonl", "--coverage", "coverage.json") as process:
        assert server.reached.wait(PATIENCE)
        process.send_signal(number)
        assert process.stderr is not None
        assert "finishing what is in flight" in process.stderr.readline()
        server.go.set()
        assert process.wait(PATIENCE) == 130

    *findings, coverage = ground.lines("found.jsonl")
    assert len([one for one in findings if one["endpoint"]["port"] in ports]) == 2
    assert coverage["complete"] is False
    assert coverage["why_incomplete"] == [f"interrupted by {number.name}"]
    assert len(exposed(ground, ports)) == 2
    assert ground.lines("history.audit.jsonl")[-1]["act"] == "round-ends"


def test_a_second_signal_stops_at_once(ground: Ground, held: tuple[Held, list[int]]) -> None:
    """It waits for nobody, and the history holds what was found before."""
    server, ports = held
    ground.permit({"redis": ports})

    with ground.start_scan("--output", "found.jsonl", "--output", "-") as process:
        assert process.stdout is not None
        assert process.stdout.readline()  # by now the file has its line too
        assert server.reached.wait(PATIENCE)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "once more to stop now" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert "what was found is in the history" in process.stderr.read()

    assert not server.go.is_set()
    assert [one["schema"] for one in ground.lines("found.jsonl")] == ["ronde.finding/1"]
    assert len(exposed(ground, ports)) == 1


def test_a_killed_round_loses_no_finding_that_was_reported(
    ground: Ground, held: tuple[Held, list[int]]
) -> None:
    """What stood in the output is in the history, and the next round goes on from there."""
    server, ports = held
    ground.permit({"redis": ports})

    with ground.start_scan("--output", "-") as process:
        assert process.stdout is not None
        reported = process.stdout.readline()
        assert server.reached.wait(PATIENCE)
        process.send_signal(signal.SIGKILL)
        assert process.wait(PATIENCE) == -signal.SIGKILL
    server.go.set()

    (kept,) = exposed(ground, ports)
    assert kept["fingerprint"] in reported
    after = ground.scan()
    assert sorted(after.on(port)[0]["status"] for port in ports) == ["new", "ongoing"]


def test_a_second_round_on_one_history_is_refused(
    ground: Ground, held: tuple[Held, list[int]]
) -> None:
    """It names who has it, and leaves alone what the first round has written."""
    server, ports = held
    ground.permit({"redis": ports})

    with ground.start_scan("--output", "found.jsonl", "--output", "-") as process:
        assert process.stdout is not None
        assert process.stdout.readline()  # by now the file has its line too
        assert server.reached.wait(PATIENCE)
        second = ground.scan("--output", "found.jsonl")
        so_far = ground.lines("found.jsonl")
        server.go.set()
        assert process.wait(PATIENCE) == 3

    assert second.code == 2
    assert f"history.sqlite: process {process.pid}, round " in second.err
    assert [one["schema"] for one in so_far] == ["ronde.finding/1"]
    assert ground.lines("found.jsonl")[-1]["complete"] is True


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_history_that_fails_loses_nothing_that_is_in_flight(
    ground: Ground, held: tuple[Held, list[int]], workers: str
) -> None:
    """Both findings are told, the second after the failure; nothing says that the round ended."""
    server, ports = held
    ground.permit({"redis": [1]})
    assert ground.scan().code == 0
    with closing(sqlite3.connect(ground.folder / "history.sqlite")) as history, history:
        history.execute(
            "CREATE TRIGGER gone BEFORE INSERT ON finding BEGIN SELECT RAISE(FAIL, 'gone'); END"
        )
    ground.permit({"redis": ports})

    with ground.start_scan("--output", "-", "--workers", workers) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert server.reached.wait(PATIENCE)
        server.go.set()
        rest, said = process.communicate(timeout=PATIENCE)

    told = Said(process.returncode, first + rest, said)
    assert (told.code, said.splitlines()[-1][-5:]) == (2, " gone")
    assert sorted(one["endpoint"]["port"] for one in told.objects) == sorted(ports)
    assert {one["schema"] for one in told.objects} == {"ronde.finding/1"}
    assert ground.lines("history.audit.jsonl")[-1]["act"] == "round-ends"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
def test_a_full_disk_ends_with_5_and_keeps_the_history(ground: Ground) -> None:
    """The output is named, and what could not be written is in the history."""
    with running(FakeRedis().serve) as (_, port), Path("/dev/full").open("wb") as full:
        ground.permit({"redis": [port]})
        with ground.start_scan(stdout=full) as process:
            assert process.wait(PATIENCE) == 5
            assert process.stderr is not None
            said = process.stderr.read()

    assert said == "ronde: cannot write standard output: No space left on device\n"
    assert len(exposed(ground, [port])) == 1


def test_a_reader_that_leaves_ends_with_5_in_silence(ground: Ground) -> None:
    """`ronde scan | head -1` is no failure to complain about, but not all was delivered."""
    reading, writing = os.pipe()
    os.close(reading)
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        with ground.start_scan(stdout=writing) as process:
            os.close(writing)
            assert process.wait(PATIENCE) == 5
            assert process.stderr is not None
            assert process.stderr.read() == ""

    assert len(exposed(ground, [port])) == 1
