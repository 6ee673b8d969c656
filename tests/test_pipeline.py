"""The stages together: hand-overs lose nothing, totals add up, the true error comes out."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import anyio
import pytest

from scanner.account import Leg
from scanner.demo.redis import FakeRedis
from scanner.emit import Unwritable
from scanner.model import Closed, Coverage, Finding, Severity
from scanner.pipeline import Visited, Walk, conclude, first_error
from scanner.plan import Plan, Shard
from scanner.prepare import Order, prepare
from scanner.probe import Visit
from scanner.rounds import Outputs, Result, run, utc_now
from scanner.sweep import State
from tests.exposures import endpoint
from tests.fakes.redis import noauth
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground

if TYPE_CHECKING:
    from scanner.ledger import Ledger
    from scanner.way import Counts

ground = fresh_ground


@dataclass
class Kept:
    """A sink that keeps what comes, and runs what it was given when a finding does."""

    when_found: Callable[[], None] = lambda: None
    findings: list[Finding] = field(default_factory=list)
    services: list[object] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    closed: bool = False

    def finding(self, finding: Finding) -> None:
        """Keep it."""
        self.findings.append(finding)
        self.when_found()

    def service(self, service: object) -> None:
        """Keep it."""
        self.services.append(service)

    def coverage(self, coverage: Coverage) -> None:
        """Keep it."""
        self.coverages.append(coverage)

    def close(self) -> None:
        """Note it."""
        self.closed = True


def walked(
    ground: Ground,
    ports: list[int],
    kept: Kept,
    watch: Callable[[Walk], None] = lambda _: None,
) -> Result:
    """Walk a round over these ports of loopback."""
    scope = ground.permit({"redis": ports})
    outputs = Outputs(
        sinks=(lambda: kept,),
        history=ground.folder / "history.sqlite",
        audit=Path("audit.jsonl"),
        vantage="dmz",
    )
    return run(prepare(Order(scope=scope, probes=("redis",)), now=utc_now()), outputs, watch=watch)


def test_every_planned_endpoint_is_in_exactly_one_total(ground: Ground) -> None:
    """Planned is reached, closed, filtered, unreachable and skipped; the traffic is told too."""
    kept = Kept()
    with running(FakeRedis().serve) as (_, one), running(noauth().serve) as (_, other):
        coverage = walked(ground, [one, other], kept).coverage

    assert coverage.planned == 5
    assert coverage.reached + coverage.closed == 5
    assert (coverage.filtered, coverage.unreachable, coverage.skipped) == (0, 0, {})
    assert sum(coverage.access.values()) + sum(coverage.unknown.values()) == coverage.reached
    assert coverage.findings == {Severity.HIGH: 1}
    assert coverage.asks_sent > 5
    assert coverage.bytes_sent > 0
    assert coverage.bytes_received > coverage.bytes_sent
    assert coverage.ended >= coverage.started
    assert kept.coverages == [coverage]
    assert kept.closed


def test_many_endpoints_pass_narrow_hand_overs(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for a single endpoint between two stages, each is still visited once."""
    monkeypatch.setattr("scanner.pipeline.HAND_OVER", 1)
    kept, server = Kept(), FakeRedis()

    def narrow(round_: Walk) -> None:
        round_.conversations = 2

    with ExitStack() as stack:
        ports = [stack.enter_context(running(server.serve))[1] for _ in range(4)]
        walked(ground, ports, kept, narrow)

    found = sorted(finding.endpoint.port for finding in kept.findings)
    assert set(found) >= set(ports)
    assert len(found) == len(set(found))


def test_an_output_that_fails_ends_the_round_with_its_own_error(ground: Ground) -> None:
    """Not with an error of the stages that it stops; the finding is in the history."""

    def fail() -> None:
        raise Unwritable("cannot write found.jsonl: No space left on device")

    kept, server = Kept(when_found=fail), FakeRedis()
    with (
        running(server.serve) as (_, one),
        running(server.serve) as (_, two),
        pytest.raises(Unwritable, match=r"found\.jsonl"),
    ):
        walked(ground, [one, two], kept)

    assert kept.coverages == []
    assert kept.closed
    shown = ground.run("findings", "--history", "history.sqlite", "--format", "json")
    assert [one["status"] for one in shown.on(kept.findings[0].endpoint.port)] == ["new"]


class Interrupting(FakeRedis):
    """Interrupts the round as soon as it is spoken to and two endpoints were seen open."""

    round_: Walk

    def answer(self, command: list[bytes]) -> bytes:
        """Answer one command."""
        while self.round_.account.total().states.get(State.OPEN, 0) < 2:
            time.sleep(0.01)
        self.round_.interruptions[:] = ["the test has seen enough"]
        return super().answer(command)


def test_an_interruption_begins_nothing_more(ground: Ground) -> None:
    """The other open endpoint waits for its host, and is counted as not spoken with."""
    kept, server = Kept(), Interrupting()

    def watch(round_: Walk) -> None:
        server.round_ = round_

    with running(server.serve) as (_, one), running(server.serve) as (_, two):
        coverage = walked(ground, [one, two], kept, watch).coverage

    assert len([found for found in kept.findings if found.endpoint.port in {one, two}]) == 1
    assert coverage.complete is False
    assert coverage.why_incomplete == (
        "the test has seen enough",
        "open endpoints left without a conversation: 1",
    )


def test_the_first_error_of_a_group_comes_out_of_it() -> None:
    """However deep the groups of concurrent stages are nested."""
    inner = ExceptionGroup("inner", [Unwritable("first"), ValueError("second")])

    with pytest.raises(Unwritable, match="first"), first_error():
        raise ExceptionGroup("outer", [inner, ValueError("third")])


@pytest.mark.anyio
async def test_a_round_that_is_stopped_concludes_what_was_visited() -> None:
    """Two visits wait for the books when a second signal comes: both are entered."""
    concluded: list[tuple[Visit, Counts]] = []
    round_ = cast("Walk", SimpleNamespace(failure=None))
    ledger = cast("Ledger", SimpleNamespace(conclude=concluded.extend))
    leg = Leg(Shard(Plan(()), 0, 1))
    visited, to_conclude = anyio.create_memory_object_stream[Visited](2)
    waiting = [Visit(endpoint=endpoint(last), outcome=Closed()) for last in (7, 8)]
    with visited, anyio.CancelScope() as stopping:
        visited.send_nowait((leg, waiting[0]))
        visited.send_nowait((leg, waiting[1]))
        stopping.cancel()
        await conclude(round_, ledger, anyio.Semaphore(0), to_conclude)

    assert [visit for visit, _ in concluded] == waiting
