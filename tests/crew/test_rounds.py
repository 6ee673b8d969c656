"""A round that several processes walk is the round that one would have walked."""

import json
import os
import select
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from probes.redis import Redis
from scanner.exits import INCOMPLETE, exit_code
from scanner.guard import OutOfScope
from scanner.model import Coverage, Finding, Refused, Silence
from scanner.probe import AnyProbe
from scanner.rounds import Manner, Outputs, Result, run, utc_now
from scanner.sweep import why_no_syns
from tests.crew.wicked import Deadly, Failing, FatalRedis, Straying, Unportable
from tests.fakes.ward import ODD_HOST, OPEN_HOSTS, SHARDS, WHOLE, Ward, laid_out, ward

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
]

#: Seconds in which anything here happens, on a machine that is busy with other things.
PATIENCE = 30

#: Hosts that a worker may have under way: two shards, of which every third host is open.
UNDER_WAY = 2 * 64 // SHARDS


@dataclass
class Kept:
    """A sink that keeps the findings."""

    findings: list[Finding] = field(default_factory=list)

    def finding(self, finding: Finding) -> None:
        """Keep it."""
        self.findings.append(finding)

    def service(self, service: object) -> None:
        """Not asked for."""

    def coverage(self, coverage: object) -> None:
        """Not asked for."""

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Ward]:
    """Run the ward."""
    with ward(tmp_path) as running:
        yield running


@pytest.fixture
def odd_place(tmp_path: Path) -> Iterator[Ward]:
    """Run a ward in which one server says what the wicked probes wait for."""
    with ward(tmp_path, FatalRedis().serve) as running:
        yield running


def walked(
    place: Ward, kept: Kept, *, workers: int, history: str = "h", probe: AnyProbe | None = None
) -> Result:
    """Walk a round with the processes of this one."""
    prepared = laid_out(place.folder, place.port)
    outputs = Outputs(
        sinks=(lambda: kept,),
        history=place.folder / f"{history}.sqlite",
        audit=place.folder / "audit.jsonl",
        vantage="here",
    )
    return run(
        replace(prepared, probes=(probe or Redis(),)),
        outputs,
        watch=lambda _: None,
        manner=Manner(shards=SHARDS, workers=workers),
    )


def essence(finding: Finding) -> Finding:
    """Leave out of a finding what differs from round to round."""
    some = utc_now().replace(year=2000, month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return structs.replace(
        finding, round="", first_seen=some, last_seen=some, open_since=None, due=None
    )


def numbers(coverage: Coverage) -> Coverage:
    """Leave out of a coverage what differs from round to round."""
    return structs.replace(
        coverage, round="", started=coverage.ended, ended=coverage.ended, duration=0.0
    )


def workers_of(pid: int) -> list[int]:
    """Give the processes that one has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def kill_a_worker(place: Ward, after: int) -> None:
    """Kill one of three workers as soon as the round has told so many findings."""
    with place.round("--workers=3") as walking:
        assert walking.stdout is not None
        told = [walking.stdout.readline() for _ in range(after)]
        os.kill(workers_of(walking.pid)[0], signal.SIGKILL)
        told += walking.stdout.readlines()
        assert walking.wait(PATIENCE) == 0
    found = [json.loads(line) for line in told]
    addresses = [one["endpoint"]["address"] for one in found if "fingerprint" in one]
    assert sorted(addresses) == sorted(OPEN_HOSTS)


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_find_what_one_process_finds(place: Ward, workers: int) -> None:
    """The same findings to the last field, and the same numbers to the last byte."""
    alone, together = Kept(), Kept()
    one = walked(place, alone, workers=1, history="one")
    several = walked(place, together, workers=workers, history="several")

    assert sorted(map(repr, map(essence, together.findings))) == sorted(
        map(repr, map(essence, alone.findings))
    )
    assert len(together.findings) == len(OPEN_HOSTS)
    assert numbers(several.coverage) == structs.replace(
        numbers(one.coverage), started=several.coverage.ended, ended=several.coverage.ended
    )


def test_every_act_of_every_worker_is_in_the_one_trail(place: Ward) -> None:
    """Line by line, none torn by another; the asks are those that the coverage counts."""
    coverage = walked(place, Kept(), workers=3).coverage
    lines = (place.folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    acts = [json.loads(line) for line in lines]

    assert (acts[0]["act"], acts[-1]["act"]) == ("round-begins", "round-ends")
    assert sum(act["act"] == "ask" for act in acts) == coverage.asks_sent
    assert sorted(place.asked()) == sorted(OPEN_HOSTS)


@pytest.mark.skipif(why_no_syns() is not None, reason=str(why_no_syns()))
def test_workers_that_send_syns_do_not_take_each_other_s_answers(place: Ward) -> None:
    """Each has raw sockets of its own, and a round that is killed goes on with one of them less."""
    with place.round("--syn", "--workers=3") as walking:
        assert walking.stdout is not None
        walking.stdout.readline()
        os.kill(workers_of(walking.pid)[0], signal.SIGKILL)
        walking.stdout.readlines()
        assert walking.wait(PATIENCE) == 0

    assert place.coverage() == WHOLE
    assert set(place.asked()) == set(OPEN_HOSTS)


@pytest.mark.parametrize("after", [1, 6, 14])
def test_the_shards_of_a_killed_worker_are_walked_again(place: Ward, after: int) -> None:
    """Nothing is lost, nothing told twice, and nobody else is asked again."""
    kill_a_worker(place, after)

    assert place.coverage() == WHOLE
    times = Counter(place.asked())
    assert set(times) == set(OPEN_HOSTS)
    assert sum(times.values()) - len(times) <= UNDER_WAY


def test_a_shard_that_kills_every_worker_is_given_up(odd_place: Ward) -> None:
    """After three of them; the others are walked, and the round says what it lacks."""
    kept = Kept()
    result = walked(odd_place, kept, workers=2, probe=Deadly())
    found = {finding.endpoint.address for finding in kept.findings}

    assert exit_code(result, "none") == INCOMPLETE
    (given_up, *_) = result.coverage.why_incomplete
    assert given_up.endswith("was given up: 3 workers died on it, the last killed by SIGKILL")
    assert ODD_HOST not in found
    assert len(found) >= len(OPEN_HOSTS) - 64 // SHARDS
    assert len(kept.findings) == len(found)


def test_what_leaves_the_scope_in_a_worker_ends_the_round(odd_place: Ward) -> None:
    """As it does in the round's own process, and it is named."""
    with pytest.raises(OutOfScope, match=r"socket\.connect to '127\.78\.0\.1':9"):
        walked(odd_place, Kept(), workers=2, probe=Straying())


def test_a_bug_of_a_probe_is_a_verdict(odd_place: Ward, capsys: pytest.CaptureFixture[str]) -> None:
    """It costs its endpoint alone, and the log has it from the worker, without what was read."""
    coverage = walked(odd_place, Kept(), workers=2, probe=Failing()).coverage

    assert coverage.unknown == {Silence.BUG: 1}
    assert coverage.findings == {"high": len(OPEN_HOSTS) - 1}
    logged = capsys.readouterr().out
    assert "probe-bug" in logged
    assert "FATAL" not in logged


def test_a_probe_that_cannot_be_handed_over_is_refused(place: Ward) -> None:
    """Before anything is sent."""
    with pytest.raises(Refused, match="--workers: one of the probes redis cannot be handed"):
        walked(place, Kept(), workers=2, probe=Unportable())

    assert not (place.folder / "audit.jsonl").exists()


def test_the_end_of_the_permission_ends_the_round(place: Ward) -> None:
    """In all processes, and it is said once."""
    prepared = laid_out(place.folder, place.port)
    scope = replace(prepared.scope, valid_until=(utc_now() - timedelta(days=1)).date())
    outputs = Outputs(
        sinks=(Kept,), history=place.folder / "h.sqlite", audit=place.folder / "a", vantage="here"
    )

    result = run(
        replace(prepared, scope=scope), outputs, watch=lambda _: None, manner=Manner(workers=2)
    )

    assert result.coverage.complete is False
    said = [why for why in result.coverage.why_incomplete if "the scope is expired on" in why]
    assert len(said) == 1


def test_an_interrupted_round_goes_on_with_another_number_of_workers(place: Ward) -> None:
    """SIGINT goes to all, as from a terminal; each finishes what it had begun, and saves it."""
    with place.round("--workers=3") as walking:
        assert walking.stdout is not None
        walking.stdout.readline()
        for worker in workers_of(walking.pid):
            os.kill(worker, signal.SIGINT)
        walking.send_signal(signal.SIGINT)
        walking.stdout.read()
    assert place.coverage()["complete"] is False
    assert str(place.coverage()["skipped"]).startswith("{'interrupted': ")

    assert len(place.findings("--resume", "--workers=2")) == len(OPEN_HOSTS)
    assert place.coverage() == WHOLE


@pytest.mark.parametrize(
    "sweep",
    [
        pytest.param((), id="connects"),
        pytest.param(
            ("--syn",),
            marks=pytest.mark.skipif(why_no_syns() is not None, reason=str(why_no_syns())),
            id="syns",
        ),
    ],
)
def test_a_second_signal_ends_all_processes(place: Ward, sweep: tuple[str, ...]) -> None:
    """None is left to knock at anything, and the round can go on in one process."""
    with place.round("--workers=2", *sweep) as walking:
        assert walking.stdout is not None
        walking.stdout.readline()
        workers = list(map(os.pidfd_open, workers_of(walking.pid)))
        walking.send_signal(signal.SIGINT)
        walking.send_signal(signal.SIGTERM)
        walking.stdout.read()
        walking.wait(PATIENCE)
    assert all_end(workers)

    assert len(place.findings("--resume")) == len(OPEN_HOSTS)
    assert place.coverage() == WHOLE


def test_workers_do_not_outlive_a_round_that_is_killed(place: Ward) -> None:
    """They end by themselves, and what the round recorded is gone on with."""
    with place.round("--workers=2") as walking:
        assert walking.stdout is not None
        walking.stdout.readline()
        workers = list(map(os.pidfd_open, workers_of(walking.pid)))
        walking.kill()
    assert all_end(workers)

    assert len(place.findings("--resume", "--workers=4")) == len(OPEN_HOSTS)
    assert place.coverage() == WHOLE


def all_end(pidfds: list[int]) -> bool:
    """Wait for processes that are not our own to end."""
    ended = [bool(select.select([pidfd], [], [], PATIENCE)[0]) for pidfd in pidfds]
    for pidfd in pidfds:
        os.close(pidfd)
    return len(ended) == 2 and all(ended)
