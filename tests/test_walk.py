"""Whole rounds on loopback that meet a closed window, and a host that answers on every port."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from anyio.abc import ByteStream

from scanner.catchall import canaries
from scanner.demo.redis import FakeRedis
from scanner.hours import Hours
from scanner.model import CATCH_ALL, Confidence, Coverage
from scanner.pipeline import Walk
from scanner.prepare import Order, prepare
from scanner.rounds import Outputs, run, utc_now
from scanner.scope import Scope, load_scope
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground
from tests.test_pipeline import Kept

ground = fresh_ground

#: A Monday.
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Fast:
    """A clock on which an hour is a second, beginning at 04:00 on Monday."""

    begun: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """Read it."""
        return MONDAY + HOUR * (4 + time.monotonic() - self.begun)


@dataclass
class Timed(FakeRedis):
    """Notes when it is connected to."""

    met: list[float] = field(default_factory=list)

    async def serve(self, stream: ByteStream) -> None:
        """Serve one connection."""
        self.met.append(time.monotonic())
        await super().serve(stream)


def walked(ground: Ground, kept: Kept, watch: Callable[[Walk], None]) -> Coverage:
    """Walk a round over the ground's scope."""
    outputs = Outputs(
        sinks=(lambda: kept,),
        history=ground.folder / "history.sqlite",
        audit=Path("audit.jsonl"),
        vantage="dmz",
    )
    order = Order(scope=ground.folder / "scope.toml", probes=("redis",))
    return run(prepare(order, now=utc_now()), outputs, watch=watch).coverage


def but_from_five_to_six(ground: Ground, ports: list[int]) -> Scope:
    """Permit the ground's round at any hour but one."""
    window = '[[windows]]\nfrom = "06:00"\nuntil = "05:00"\n'
    path = ground.permit({"redis": ports}, tail=window)
    return load_scope(path, now=utc_now(), resolve=lambda _: [])


@pytest.mark.slow
def test_a_round_pauses_while_its_window_is_closed_and_loses_nothing(ground: Ground) -> None:
    """It begins at 04:00 and is not over at 05:00; nobody is connected to again before 06:00."""
    kept, server, clock = Kept(), Timed(), Fast()
    with ExitStack() as servers:
        ports = [servers.enter_context(running(server.serve))[1] for _ in range(12)]
        windowed = but_from_five_to_six(ground, ports)
        gentle = ground.permit({"redis": ports}, head="max_open_ports = 100\n")
        rates = gentle.read_text().replace("per_host_per_second = 1000", "per_host_per_second = 12")
        gentle.write_text(rates)

        def by_the_fast_clock(round_: Walk) -> None:
            clock.begun = time.monotonic()
            round_.hours = Hours(scope=windowed, now=clock.now, glance=0.01)

        coverage = walked(ground, kept, by_the_fast_clock)

    hours = [4 + met - clock.begun for met in server.met]
    assert [hour for hour in hours if 5.5 < hour < 6] == []
    assert min(hours) < 5
    assert max(hours) > 6
    assert coverage.paused == pytest.approx(3600, abs=200)
    assert coverage.complete is True
    assert {finding.endpoint.port for finding in kept.findings} >= set(ports)


def test_a_host_that_answers_everywhere_is_labelled_in_a_round(ground: Ground) -> None:
    """Its canaries answer, so what its services say from then on counts for less."""
    kept = Kept()
    with ExitStack() as servers:
        ports = [servers.enter_context(running(FakeRedis().serve))[1] for _ in range(5)]
        ground.permit({"redis": ports})

        def answer_everywhere(round_: Walk) -> None:
            for port in canaries(round_.seed, round_.plan.ports):
                servers.enter_context(socket.create_server(("127.0.0.1", port)))

        coverage = walked(ground, kept, answer_everywhere)

    labelled = [finding for finding in kept.findings if CATCH_ALL in finding.labels]
    assert coverage.catch_all == 1
    assert len(labelled) == len(kept.findings) - 2
    assert {finding.confidence for finding in labelled} == {Confidence.PROBABLE}
