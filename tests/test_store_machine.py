"""No sequence of rounds loses a finding, or ends one without an observation."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scanner.model import Endpoint, Status
from scanner.store import Round, Store
from tests.exposures import NOON, SCOPE, WAY, day, endpoint, exposure

#: Which fingerprints which probe gives: two clusters of one product, one of another.
PROBE_OF = {"es-1": "elasticsearch", "es-2": "elasticsearch", "redis-1": "redis"}

FINGERPRINTS = st.sampled_from(sorted(PROBE_OF))
DOORS = st.sampled_from([endpoint(1), endpoint(2), endpoint(2, 6379)])
VANTAGES = st.sampled_from(["dmz", "office"])

Sight: TypeAlias = tuple[str, Endpoint, str]


@dataclass
class Memory:
    """What a patient person with a notebook would know."""

    exposed: set[Sight] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    seen_now: set[str] = field(default_factory=set)

    def shut(self, door: Endpoint, vantage: str, probes: set[str], but: str = "") -> None:
        """Cross out what these probes had seen exposed there, from there."""
        self.exposed -= {
            (name, where, whence)
            for name, where, whence in self.exposed
            if (where, whence) == (door, vantage) and PROBE_OF[name] in probes and name != but
        }

    def closed(self) -> set[str]:
        """Name what is open in the notebook and crossed out everywhere."""
        return self.open - {name for name, _, _ in self.exposed}


class Rounds(RuleBasedStateMachine):
    """Rounds in any order, that see anything, and end or break off anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "history.db"
        self.store = Store.open(self.path, create=NOON)
        self.memory = Memory()
        self.round: Round | None = None
        self.number = 0
        self.vantage = ""

    @precondition(lambda self: self.round is None)
    @rule(vantage=VANTAGES)
    def begin(self, vantage: str) -> None:
        """Walk another round."""
        self.number += 1
        self.vantage = vantage
        self.memory.seen_now = set()
        self.round = self.store.begin_round(
            f"r{self.number}", scope=SCOPE, vantage=vantage, at=NOON, way=WAY
        )

    @precondition(lambda self: self.round is not None)
    @rule(name=FINGERPRINTS, door=DOORS, clock=st.integers(-3, 3))
    def expose(self, name: str, door: Endpoint, clock: int) -> None:
        """See something exposed, by a clock that may jump."""
        assert self.round is not None
        memory, at = self.memory, day(clock)
        draft = exposure(fingerprint=name, probe=PROBE_OF[name], endpoint=door)
        seen = self.round.record(msgspec.structs.replace(draft, first_seen=at, last_seen=at))

        assert seen.first_seen <= seen.last_seen
        assert (seen.status in {Status.NEW, Status.REOPENED}) >= (name not in memory.open)
        assert (seen.status is Status.NEW) >= (name not in memory.ever)
        memory.shut(door, self.vantage, {PROBE_OF[name]}, but=name)
        memory.exposed.add((name, door, self.vantage))
        memory.open.add(name)
        memory.ever.add(name)
        memory.seen_now.add(name)

    @precondition(lambda self: self.round is not None)
    @rule(door=DOORS, probe=st.sampled_from([None, "elasticsearch", "redis"]))
    def shut(self, door: Endpoint, probe: str | None) -> None:
        """See a door shut: by the port itself, or by one probe."""
        assert self.round is not None
        self.round.observe_shut(door, probe=probe, because="", at=NOON)
        self.memory.shut(door, self.vantage, {probe} if probe else set(PROBE_OF.values()))

    @precondition(lambda self: self.round is not None)
    @rule()
    def end(self) -> None:
        """Settle: every open finding was seen, or is resolved, or is unverified."""
        assert self.round is not None
        memory = self.memory
        settled = self.round.settle(NOON)
        self.round.close()
        self.round = None

        resolved = {finding.fingerprint for finding in settled.resolved}
        unverified = {finding.fingerprint for finding in settled.unverified}
        assert resolved == memory.closed()
        assert unverified == memory.open - resolved - memory.seen_now
        assert len(settled.resolved) == len(resolved)
        assert len(settled.unverified) == len(unverified)
        memory.open -= resolved

    @rule()
    def break_off(self) -> None:
        """Die, between two calls, and come back to the same file."""
        if self.round is not None:
            self.round.close()
            self.round = None
        self.store.close()
        self.store = Store.open(self.path)

    @invariant()
    def what_is_exposed_is_open(self) -> None:
        """The history never forgets an exposure, and never invents one."""
        lines = [
            (line.fingerprint, line.endpoint, line.status) for line in self.store.open_findings()
        ]

        assert sorted((name, door) for name, door, _ in lines) == sorted(
            (name, door) for name, door, _ in self.memory.exposed
        )
        assert Status.RESOLVED not in {status for _, _, status in lines}
        assert self.store.watched() == {(door.address, door.port) for _, door, _ in lines}

    def teardown(self) -> None:
        """Let go of the files."""
        if self.round is not None:
            self.round.close()
        self.store.close()
        self.folder.cleanup()


TestRounds = Rounds.TestCase
TestRounds.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
