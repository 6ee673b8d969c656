"""Outputs beside each other: one that fails keeps nothing from the others."""

import json
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from scanner.demo.redis import FakeRedis
from scanner.emit import Unwritable
from scanner.guard import OutOfScope
from scanner.model import Coverage, Finding, ServiceSeen
from scanner.outputs import open_sinks
from tests.exposures import coverage, exposure, shut_service
from tests.fakes.running import running
from tests.ground import Ground, fresh_ground

ground = fresh_ground


class Kept:
    """An output that keeps what it is told, until its disk is full."""

    def __init__(self, name: str, room: int) -> None:
        self.name, self.room, self.told = name, room, list[str]()
        self.closed = False

    def finding(self, _finding: Finding) -> None:
        """Take a line."""
        self._write("finding")

    def service(self, _service: ServiceSeen) -> None:
        """Take a line."""
        self._write("service")

    def coverage(self, _coverage: Coverage) -> None:
        """Take a line."""
        self._write("coverage")

    def close(self) -> None:
        """What was held back finds no room either."""
        self.closed = True
        if len(self.told) == self.room:
            raise Unwritable(f"cannot close {self.name}")

    def _write(self, line: str) -> None:
        if len(self.told) == self.room:
            raise Unwritable(f"cannot write {self.name}")
        self.told.append(line)


def told(*outputs: Kept) -> str:
    """Tell them a round, and give what they complain of when they are closed."""
    with pytest.raises(Unwritable) as raised:
        tell(outputs)
    return str(raised.value)


def tell(outputs: Sequence[Kept], then: Exception | None = None) -> None:
    """Tell them a round, which may end by an error of its own."""
    with ExitStack() as files:
        for sink in open_sinks([partial(lambda one: one, one) for one in outputs], files):
            sink.finding(exposure())
            sink.service(shut_service())
            sink.coverage(coverage())
        if then is not None:
            raise then


def test_the_others_are_told_the_whole_round() -> None:
    """And the one that failed nothing more: half a line must not be followed by another."""
    full, good, later = Kept("one", 1), Kept("two", 9), Kept("three", 2)

    assert told(full, good, later) == "cannot write one\ncannot write three"
    assert (full.told, good.told) == (["finding"], ["finding", "service", "coverage"])
    assert full.closed
    assert good.closed
    assert later.closed


def test_what_ends_the_round_is_what_is_said() -> None:
    """Something tried to leave the scope: that a disk is full as well can wait."""
    with pytest.raises(OutOfScope):
        tell([Kept("one", 1)], OutOfScope("192.0.2.9"))


def test_one_that_fails_when_it_is_closed_is_named_too() -> None:
    """A document is written then."""
    assert told(Kept("one", 3)) == "cannot close one"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
def test_a_full_disk_takes_nothing_from_standard_output(ground: Ground) -> None:
    """The round goes on to its end; the full one is named, with exit code 5."""
    with running(FakeRedis().serve) as (_, port):
        ground.permit({"redis": [port]})
        said = ground.scan("--output", "/dev/full", "--output", "-", "--output", "found.jsonl")

    assert said.code == 5
    assert said.err == "ronde: cannot write /dev/full: No space left on device\n"
    assert [one["access"] for one in said.on(port)] == ["open"]
    assert said.coverage["complete"] is True
    assert [json.loads(line) for line in ground.text("found.jsonl").splitlines()] == said.objects
