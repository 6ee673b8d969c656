"""No sequence of rounds loses a finding, or ends one without enough observations."""

import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scanner.acceptance import Signature
from scanner.life import raised
from scanner.model import Endpoint, ScopeReference, Severity, Status
from scanner.store import Round, Settled, Store
from tests.exposures import NOON, SCOPE, WAY, coverage, day, endpoint, exposure

#: Which fingerprints which probe gives, and how bad they are: two clusters of one product, one of
#: another.
PROBE_OF = {"es-1": "elasticsearch", "es-2": "elasticsearch", "redis-1": "redis"}
SEVERITY_OF = {"es-1": Severity.HIGH, "es-2": Severity.CRITICAL, "redis-1": Severity.MEDIUM}

#: The second scope sees a part of the first, and the other way round.
SCOPES = {"hospital": SCOPE, "wards": ScopeReference("wards", "SEC-7")}

FINGERPRINTS = st.sampled_from(sorted(PROBE_OF))
DOORS = st.sampled_from([endpoint(1), endpoint(2), endpoint(2, 6379)])
VANTAGES = st.sampled_from(["dmz", "office"])
#: Rounds of each scope and vantage; nothing below may depend on those before.
KEEP = 2

CLOCKS = st.integers(-3, 6)  # days; a clock may jump either way

Sighting: TypeAlias = tuple[str, Endpoint, str]


@dataclass
class Known:
    """What is remembered of one sighting that counts as exposed."""

    severity: Severity
    shut_in: set[str] = field(default_factory=set)

    @property
    def ended(self) -> bool:
        """Tell whether enough rounds have seen the door shut."""
        return len(self.shut_in) >= (1 if self.severity is Severity.CRITICAL else 2)


@dataclass
class Memory:
    """What a patient person with a notebook would know."""

    exposed: dict[Sighting, Known] = field(default_factory=dict)
    locked: set[tuple[Endpoint, str, str | None]] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    ever: set[str] = field(default_factory=set)
    regressed: set[str] = field(default_factory=set)
    scope_of: dict[str, str] = field(default_factory=dict)
    put_by: dict[str, tuple[str, bool]] = field(default_factory=dict)
    resolved_by: dict[str, str] = field(default_factory=dict)
    accepted: dict[str, tuple[datetime, Severity]] = field(default_factory=dict)

    def shut(self, door: Endpoint, vantage: str, probe: str | None, round_: str) -> None:
        """Note that a round saw a door shut, and cross out what that ends."""
        there = [
            sighting
            for sighting in self.exposed
            if sighting[1:] == (door, vantage) and probe in {None, PROBE_OF[sighting[0]]}
        ]
        self.count(there, round_)

    def replaced(self, name: str, door: Endpoint, vantage: str, round_: str) -> None:
        """Note that a service stands where others of its probe had stood."""
        there = [
            sighting
            for sighting in self.exposed
            if sighting[1:] == (door, vantage)
            and sighting[0] != name
            and PROBE_OF[sighting[0]] == PROBE_OF[name]
        ]
        self.count(there, round_)

    def count(self, sightings: list[Sighting], round_: str) -> None:
        """Count one round against some sightings."""
        for sighting in sightings:
            self.exposed[sighting].shut_in.add(round_)
            if self.exposed[sighting].ended:
                del self.exposed[sighting]

    def undo_lock(self, name: str, door: Endpoint, vantage: str) -> bool:
        """Forget the locks of a door that stands open, and tell whether there was one."""
        undone = self.locked & {(door, vantage, PROBE_OF[name]), (door, vantage, None)}
        self.locked -= undone
        return bool(undone)

    def closed(self) -> set[str]:
        """Name what is open in the notebook and crossed out everywhere."""
        return self.open - {name for name, _, _ in self.exposed}


class Rounds(RuleBasedStateMachine):
    """Rounds in any order, that see anything, and end, break off or are continued anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.path = self.place()
        self.store = Store.open(self.path, create=NOON, keep=KEEP)
        self.memory = Memory()
        self.round: Round | None = None
        self.begun: dict[tuple[str, str], str] = {}
        self.number = 0
        self.scope = self.vantage = ""
        self.heeded: dict[str, tuple[datetime, Severity]] = {}

    def place(self) -> Path | str:
        """Give a place for a history that is not there yet."""
        self.folder = tempfile.TemporaryDirectory()
        return Path(self.folder.name) / "history.db"

    def clear(self) -> None:
        """Take the place away."""
        self.folder.cleanup()

    @precondition(lambda self: self.round is None)
    @rule(scope=st.sampled_from(sorted(SCOPES)), vantage=VANTAGES, resume=st.booleans())
    def begin(self, scope: str, vantage: str, *, resume: bool) -> None:
        """Walk another round, or go on with the last."""
        self.scope, self.vantage = scope, vantage
        self.heeded = dict(self.memory.accepted)
        if resume and (scope, vantage) in self.begun:
            self.round = self.store.resume_round(scope=SCOPES[scope], vantage=vantage, way=WAY)
            assert self.round.name == self.begun[scope, vantage]
            return
        self.number += 1
        name = self.begun[scope, vantage] = f"r{self.number}"
        self.round = self.store.begin_round(
            name, scope=SCOPES[scope], vantage=vantage, at=NOON, way=WAY
        )

    @precondition(lambda self: self.round is not None)
    @rule(name=FINGERPRINTS, door=DOORS, clock=CLOCKS)
    def expose(self, name: str, door: Endpoint, clock: int) -> None:
        """See something exposed, by a clock that may jump."""
        assert self.round is not None
        memory, at = self.memory, day(clock)
        if memory.undo_lock(name, door, self.vantage):
            memory.regressed.add(name)
        severity = SEVERITY_OF[name]
        draft = exposure(
            fingerprint=name,
            probe=PROBE_OF[name],
            endpoint=door,
            severity=severity,
            round=self.round.name,
        )
        seen = self.round.record(msgspec.structs.replace(draft, first_seen=at, last_seen=at))

        worse = raised(severity) if name in memory.regressed else severity
        until, signed = self.heeded.get(name, (at, severity))
        assert seen.first_seen <= seen.last_seen
        assert (seen.status in {Status.NEW, Status.REOPENED}) >= (name not in memory.open)
        assert (seen.status is Status.NEW) >= (name not in memory.ever)
        assert (seen.severity, seen.regressed) == (worse, name in memory.regressed)
        assert (seen.accepted is not None) == (at < until and signed.reaches(worse))
        memory.replaced(name, door, self.vantage, self.round.name)
        memory.exposed[name, door, self.vantage] = Known(worse)
        memory.open.add(name)
        memory.ever.add(name)
        memory.scope_of[name] = self.scope
        memory.put_by[name] = self.round.name, True
        memory.resolved_by.pop(name, None)

    @precondition(lambda self: self.round is not None)
    @rule(door=DOORS, probe=st.sampled_from([None, "elasticsearch", "redis"]), lock=st.booleans())
    def shut(self, door: Endpoint, probe: str | None, *, lock: bool) -> None:
        """See a door shut: by the port itself, or by one probe; or locked."""
        assert self.round is not None
        demanded = lock or probe is not None
        self.round.observe_shut(door, probe=probe, because="", at=NOON, demanded=demanded)
        self.memory.shut(door, self.vantage, probe, self.round.name)
        if demanded:
            self.memory.locked.add((door, self.vantage, probe))

    @precondition(lambda self: self.round is not None)
    @rule()
    def end(self) -> None:
        """Settle: every open finding of the scope was seen, or is resolved, or is unverified."""
        assert self.round is not None
        memory, name = self.memory, self.round.name
        settled = self.round.settle(NOON)
        self.round.end(coverage(round=name, ended=NOON))
        self.round = None
        self.note_resolved(settled, name)
        left = {
            one
            for one in memory.open
            if memory.scope_of[one] == self.scope and memory.put_by[one] != (name, True)
        }

        unverified = [finding.fingerprint for finding in settled.unverified]
        assert sorted(unverified) == sorted(left)
        memory.put_by.update(dict.fromkeys(left, (name, False)))

    def note_resolved(self, settled: Settled, name: str) -> None:
        """Compare what is said to be resolved with what was crossed out everywhere."""
        memory = self.memory
        memory.resolved_by.update(dict.fromkeys(memory.closed(), name))
        memory.open -= memory.closed()
        memory.regressed &= memory.open

        resolved = [finding.fingerprint for finding in settled.resolved]
        assert sorted(resolved) == sorted(
            one for one, by in memory.resolved_by.items() if by == name
        )

    @precondition(lambda self: self.memory.exposed)
    @rule(number=st.integers(0, 20), until=st.integers(1, 5))
    def accept(self, number: int, until: int) -> None:
        """Accept the risk of something that is exposed, also while a round is under way."""
        names = sorted({name for name, _, _ in self.memory.exposed})
        name = names[number % len(names)]
        _, severity = self.store.accept(name, Signature(day(until), "it moves", "CISO", NOON))

        worst = min(
            (known.severity for (one, _, _), known in self.memory.exposed.items() if one == name),
            key=list(Severity).index,
        )
        assert severity is worst
        self.memory.accepted[name] = day(until), severity

    @rule()
    def break_off(self) -> None:
        """Die, between two calls, and come back to the same file."""
        if self.round is not None:
            self.round.close()
            self.round = None
        self.store.close()
        self.store = Store.open(self.path, keep=KEEP)

    @invariant()
    def what_is_exposed_is_open(self) -> None:
        """The history never forgets an exposure, and never invents one."""
        lines = self.store.open_findings(NOON)
        exposed = self.memory.exposed

        assert sorted(
            (line.fingerprint, line.endpoint, line.seen_shut) for line in lines
        ) == sorted((name, door, len(known.shut_in)) for (name, door, _), known in exposed.items())
        assert Status.RESOLVED not in {line.status for line in lines}
        assert self.store.watched() == {(door.address, door.port) for _, door, _ in exposed}

    def teardown(self) -> None:
        """Let go of the files."""
        if self.round is not None:
            self.round.close()
        self.store.close()
        self.clear()


TestRounds = Rounds.TestCase
TestRounds.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
# A machine that does much else takes minutes for what is half of one by itself.
TestRounds.pytestmark = [pytest.mark.timeout(300)]  # type: ignore[attr-defined]
