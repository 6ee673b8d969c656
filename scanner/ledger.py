"""Right of the bar: what visits found is judged, recorded and emitted, some visits at a time.

Nothing here can reach the scanned network. What is recorded is on the disk before it is emitted, so
that an output says more than the history knows only where the history could not be written.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import NamedTuple, Protocol

import structlog

from scanner import record, score
from scanner.areas import Areas, place_of
from scanner.classify import Classifier, label_holdings
from scanner.draft import drafted
from scanner.emit import Sink
from scanner.extortion import Extortion
from scanner.life import Worsen
from scanner.masking import Masking, masked
from scanner.model import (
    EXPOSED,
    Assessment,
    Asset,
    Closed,
    Coverage,
    Endpoint,
    Finding,
    Refused,
    ScopeReference,
    ServiceSeen,
    Unknown,
)
from scanner.probe import Visit
from scanner.regulation import Regulation
from scanner.severities import Severities, load_severities
from scanner.store import Settled
from scanner.way import Counts, ShardTally

log = structlog.get_logger()


class History(Protocol):
    """The part of a round's hand on the history that is needed here."""

    def together(self) -> AbstractContextManager[None]:
        """Commit all that a block records when it ends."""

    def record(self, draft: Finding, *, worse: Worsen) -> Finding:
        """Commit what was seen exposed, and give it back with its place in the history.

        `worse` makes of the draft what it is if the door had been seen locked.
        """

    def observe_shut(
        self,
        endpoint: Endpoint,
        *,
        probe: str | None,
        because: str,
        at: datetime,
        demanded: bool,
    ) -> None:
        """Commit that a door was seen shut, and whether a credential was demanded there."""

    def told(self) -> Iterable[Finding]:
        """Give what this round recorded before it was continued."""

    def end_shard(self, number: int, tally: ShardTally, at: datetime) -> None:
        """Commit that a shard is done."""

    def settle(self, at: datetime) -> Settled:
        """Commit what the round ended and what it could not verify."""

    def end(self, coverage: Coverage) -> None:
        """Commit the coverage, which marks the round as ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Takes visits in any order, from one thread at a time.

    `asset_of` gives what the inventory says of an address; `now` the moment, in UTC; `masking`
    which names of holdings may be written down, from here on everywhere; `classifier` tells from
    names what holdings hold, `extortion` what campaigns leave; findings are judged by `severities`,
    and `regulation` tells which rules ask something of their owners; `told` is what the outputs
    have been told: a shard that is walked again does not say it twice; `lists` tells whether the
    inventory names an address, and `owners` whose it is, as far as owners are told apart.
    """

    round: str
    scope: ScopeReference
    vantage: str
    asset_of: Callable[[str], Asset]
    history: History
    sinks: Sequence[Sink]
    now: Callable[[], datetime]
    classifier: Classifier
    extortion: Extortion = field(default_factory=Extortion.load)
    severities: Severities = field(default_factory=load_severities)
    regulation: Regulation = field(default_factory=Regulation.load)
    masking: Masking = Masking.PERSONAL
    told: set[tuple[str, Endpoint]] = field(default_factory=set)
    lists: Callable[[str], bool] = field(default=lambda _address: True)
    owners: Areas = field(default_factory=Areas)

    def begin(self) -> None:
        """Tell the outputs what the round found before it was continued: they hold whole rounds."""
        for finding in self.history.told():
            self._tell(finding)

    def conclude(self, visits: Iterable[tuple[Visit, Counts]]) -> None:
        """Record some visits, count them and tell the outputs, once all are on the disk.

        What the history cannot take was found all the same, and is told as if it were new.

        Raises:
            Refused: the history cannot be written.
        """
        judged = [self._judged(visit, counts) for visit, counts in visits]
        try:
            with self.history.together():
                said = [self._recorded(one) for one in judged]
        except Refused:
            self._tell_all(one.said for one in judged)
            raise
        self._tell_all(said)

    def tell(self, visits: Iterable[tuple[Visit, Counts]]) -> None:
        """Tell the outputs of some visits, all that is found as new: the history has failed."""
        self._tell_all(self._judged(visit, counts).said for visit, counts in visits)

    def _judged(self, visit: Visit, counts: Counts) -> "_Judged":
        """Count one visit, and work out what the outputs will be told; nothing is written."""
        outcome, look = visit.outcome, self._look(visit)
        _count(visit, counts)
        self._tell_apart(visit, counts)
        said: Finding | ServiceSeen | None = None
        if isinstance(outcome, Assessment) and outcome.access in EXPOSED and visit.about:
            # Before names are masked, and before anything is written.
            labelled, inferred = label_holdings(outcome, self.classifier)
            written = masked(labelled, self.masking)
            inferred = replace(inferred, signs=self.extortion.signs(outcome.holdings))
            judged = score.judge(visit.about, labelled, inferred, look, self.severities)
            draft = record.finding(visit.about, written, look, judged.severity, inferred)
            said = drafted(draft, labelled, judged, self.regulation)
        elif not isinstance(outcome, Closed):
            said = record.service_seen(visit.about, outcome, look)
        return _Judged(visit, look.at, counts, said)

    def _recorded(self, judged: "_Judged") -> Finding | ServiceSeen | None:
        """Record one visit; give what the outputs will be told."""
        if record.shows_shut(judged.visit.outcome):
            self._shut(judged.visit, judged.at)
        if not isinstance(judged.said, Finding):
            return judged.said
        worse = partial(score.worsened, table=self.severities)
        recorded = self.history.record(judged.said, worse=worse)
        judged.counts.findings[recorded.severity] += 1
        judged.counts.accepted[recorded.severity] += recorded.accepted is not None
        return recorded

    def end_shard(self, number: int, tally: ShardTally) -> None:
        """Record that nothing of a shard is left to do."""
        self.history.end_shard(number, tally, self.now())

    def settle(self) -> None:
        """Tell the outputs which findings ended, and which could not be verified."""
        settled = self.history.settle(self.now())
        for finding in (*settled.resolved, *settled.unverified):
            for sink in self.sinks:
                sink.finding(finding)

    def end(self, coverage: Coverage) -> None:
        """Record and emit the coverage: nothing of the round follows."""
        self.history.end(coverage)
        for sink in self.sinks:
            sink.coverage(coverage)

    def _tell_all(self, said: Iterable[Finding | ServiceSeen | None]) -> None:
        for one in said:
            if isinstance(one, Finding):
                self._tell(one)
            elif one is not None:
                for sink in self.sinks:
                    sink.service(one)

    def _tell(self, finding: Finding) -> None:
        this = finding.fingerprint, finding.endpoint
        if this not in self.told:
            self.told.add(this)
            for sink in self.sinks:
                sink.finding(finding)

    def _shut(self, visit: Visit, at: datetime) -> None:
        because = "the port refused the connection"
        if isinstance(visit.outcome, Assessment):
            because = visit.outcome.because
        elif isinstance(visit.outcome, Unknown):
            because = visit.outcome.why
        self.history.observe_shut(
            visit.endpoint,
            probe=visit.about.name if visit.about else None,
            because=because,
            at=at,
            demanded=record.demands_credential(visit.outcome),
        )

    def _tell_apart(self, visit: Visit, counts: Counts) -> None:
        """Count what answered by owner and by probe, and note who is on no list."""
        if isinstance(visit.outcome, Closed):
            return
        access, address = record.access_of(visit.outcome), visit.endpoint.address
        counts.owners[self.owners.at(place_of(address)), access] += 1
        if visit.about:
            counts.probes[visit.about.name, access] += 1
        if not self.lists(address):
            counts.unlisted.add(address)

    def _look(self, visit: Visit) -> record.Look:
        return record.Look(
            endpoint=visit.endpoint,
            tls=visit.tls,
            asset=self.asset_of(visit.endpoint.address),
            scope=self.scope,
            round=self.round,
            vantage=self.vantage,
            at=self.now(),
            labels=visit.labels,
        )


class _Judged(NamedTuple):
    """One visit, the moment and the counts that it belongs to, and what there is to say of it."""

    visit: Visit
    at: datetime
    counts: Counts
    said: Finding | ServiceSeen | None


def _count(visit: Visit, counts: Counts) -> None:
    outcome, probe = visit.outcome, visit.about.name if visit.about else None
    if isinstance(outcome, Assessment):
        counts.access[outcome.access] += 1
        log.info("assessed", endpoint=str(visit.endpoint), probe=probe, access=outcome.access)
    elif isinstance(outcome, Unknown):
        counts.unknown[outcome.silence] += 1
        log.info("untold", endpoint=str(visit.endpoint), probe=probe, silence=outcome.silence)
