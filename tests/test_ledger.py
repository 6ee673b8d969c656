"""What becomes of a visit: recorded first, then told to every output, and counted."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from ipaddress import ip_network

import pytest

from probes import PROBES
from scanner.account import Leg
from scanner.areas import Areas
from scanner.classify import Classifier, load_vocabulary
from scanner.judged import Factor
from scanner.ledger import Ledger
from scanner.life import Worsen
from scanner.masking import Masking
from scanner.model import (
    Access,
    Assessment,
    Asset,
    AssetClass,
    Closed,
    Coverage,
    Endpoint,
    Finding,
    Holding,
    Outcome,
    Proof,
    Refused,
    Service,
    ServiceSeen,
    Severity,
    Silence,
    Unknown,
)
from scanner.plaintext import document
from scanner.plan import Call
from scanner.plausible import plausible
from scanner.probe import Visit
from scanner.store import Settled
from scanner.way import Counts, ShardTally
from tests.exposures import NOON, SCOPE, coverage, endpoint, exposure

CLASSIFIER = Classifier(load_vocabulary())

REDIS = next(probe.about for probe in PROBES if probe.about.name == "redis")

OPEN = Assessment(
    access=Access.OPEN,
    service=Service("redis", "7.0.15"),
    because="it counts its keys",
    proof=Proof("DBSIZE", "1 key", "an unknown command was refused"),
)
LOCKED = Assessment(access=Access.LOCKED, service=Service("redis"), because="NOAUTH")


@dataclass
class Told:
    """A history and an output in one, which note in which order they were told what."""

    acts: list[str] = field(default_factory=list)
    settled: Settled = field(default_factory=lambda: Settled((), ()))
    seen: list[ServiceSeen] = field(default_factory=list)
    drafts: list[Finding] = field(default_factory=list)

    def together(self) -> AbstractContextManager[None]:
        """Hold nothing back."""
        return nullcontext()

    def record(self, draft: Finding, *, worse: Worsen) -> Finding:
        """Note it, and say that it is known since noon."""
        assert worse(draft).why[-1].factor is Factor.REGRESSION
        self.acts.append(f"record {draft.endpoint}")
        self.drafts.append(draft)
        return draft

    def observe_shut(
        self,
        endpoint: Endpoint,
        *,
        probe: str | None,
        because: str,
        at: datetime,
        demanded: bool,
    ) -> None:
        """Note it."""
        assert at == NOON
        act = "locked" if demanded else "shut"
        self.acts.append(f"{act} {endpoint} by {probe}: {because}")

    def told(self) -> tuple[Finding, ...]:
        """Give nothing: the round begins."""
        return ()

    def end_shard(self, number: int, tally: ShardTally, at: datetime) -> None:
        """Leave it to the tests of the history."""

    def settle(self, at: datetime) -> Settled:
        """Give what was prepared."""
        assert at == NOON
        return self.settled

    def end(self, coverage: Coverage) -> None:
        """Note it."""
        self.acts.append(f"end {coverage.round}")

    def finding(self, finding: Finding) -> None:
        """Note it."""
        self.acts.append(f"finding {finding.endpoint} {finding.status}")

    def service(self, service: ServiceSeen) -> None:
        """Note it."""
        self.seen.append(service)
        self.acts.append(f"service {service.endpoint} {service.access}")

    def coverage(self, coverage: Coverage) -> None:
        """Note it."""
        self.acts.append(f"coverage {coverage.round}")

    def close(self) -> None:
        """Nothing to close."""


def ledger(told: Told) -> Ledger:
    """Keep the books of one round at noon."""
    return Ledger(
        round="r1",
        scope=SCOPE,
        vantage="dmz",
        asset_of=lambda address: Asset(owner=f"owner of {address}"),
        history=told,
        sinks=(told,),
        now=lambda: NOON,
        classifier=CLASSIFIER,
    )


def concluded(outcome: Outcome, *, recognised: bool = True) -> tuple[Told, Ledger]:
    """Conclude one visit of the seventh host."""
    told = Told()
    books = ledger(told)
    about = REDIS if recognised else None
    books.conclude([(Visit(endpoint=endpoint(7, 6379), outcome=outcome, about=about), Counts())])
    return told, books


def test_names_are_understood_before_they_are_masked() -> None:
    """What is written down is labelled, and its words give away nothing that was masked."""
    told = Told()
    names = ("patient-jane.doe@clinic.example", "READ__ME_TO_RECOVER_YOUR_DATA")
    holdings = tuple(Holding(name=name, kind="index") for name in names)
    visit = Visit(endpoint=endpoint(), outcome=replace(OPEN, holdings=holdings), about=REDIS)

    replace(ledger(told), masking=Masking.ALL).conclude([(visit, Counts())])

    (draft,) = told.drafts
    assert (draft.label.value, draft.categories[0].words) == ("health", ("patient",))
    assert [one.label.value for one in draft.holdings] == ["health", "unknown"]
    assert [one.what for one in draft.signs] == ["extortion"]
    assert b"jane" not in document(draft)
    assert b"RECOVER" not in document(draft)


@pytest.mark.parametrize(
    ("outcome", "recognised", "acts"),
    [
        (OPEN, True, ["record 192.0.2.7:6379", "finding 192.0.2.7:6379 new"]),
        (
            LOCKED,
            True,
            ["locked 192.0.2.7:6379 by redis: NOAUTH", "service 192.0.2.7:6379 locked"],
        ),
        (Closed(), False, ["shut 192.0.2.7:6379 by None: the port refused the connection"]),
        (Unknown(Silence.TIMEOUT, "late"), False, ["service 192.0.2.7:6379 unknown"]),
        (Unknown(Silence.HALF_PROOF, "one side"), True, ["service 192.0.2.7:6379 unknown"]),
        (
            Unknown(Silence.CLIENT_CERT, "asks for a certificate"),
            False,
            [
                "locked 192.0.2.7:6379 by None: asks for a certificate",
                "service 192.0.2.7:6379 client-cert",
            ],
        ),
    ],
)
def test_each_outcome_is_recorded_before_it_is_told(
    outcome: Outcome,
    recognised: bool,  # noqa: FBT001 - a column of the table
    acts: list[str],
) -> None:
    """An output never says more than the history knows; a silence is never written as shut."""
    told, _ = concluded(outcome, recognised=recognised)

    assert told.acts == acts


def test_what_is_seen_is_counted_by_kind() -> None:
    """Access, silence and severity are counted apart; the coverage is made of them."""
    told = Told()
    books = ledger(told)
    outcomes = (OPEN, LOCKED, LOCKED, Closed(), Unknown(Silence.TIMEOUT, "late"))
    visits = [Visit(endpoint=endpoint(), outcome=outcome, about=REDIS) for outcome in outcomes]

    counts = Counts()
    books.conclude((visit, counts) for visit in visits)

    assert counts.access == {Access.OPEN: 1, Access.LOCKED: 2}
    assert counts.unknown == {Silence.TIMEOUT: 1}
    assert counts.findings == {Severity.HIGH: 1}


def test_what_answers_is_told_apart_and_the_unlisted_are_named() -> None:
    """By owner and by probe; a closed port has answered nothing that could be told apart."""
    told = Told()
    books = replace(
        ledger(told),
        lists=lambda address: address != "192.0.2.8",
        owners=Areas.of([(ip_network("192.0.2.7"), "Cardiology")]),
    )
    visits = [
        Visit(endpoint=endpoint(7), outcome=OPEN, about=REDIS),
        Visit(endpoint=endpoint(8), outcome=LOCKED, about=REDIS),
        Visit(endpoint=endpoint(8, 1), outcome=Unknown(Silence.TIMEOUT, "late")),
        Visit(endpoint=endpoint(9), outcome=Closed()),
    ]

    counts = Counts()
    books.conclude((visit, counts) for visit in visits)
    tally = Leg(Call(1, AssetClass.PRINTER, "192.0.2.7", (9100,)), counts=counts).tally()
    total = ShardTally.sum([tally, ShardTally(probes={"redis": {Access.OPEN: 2}})])

    assert total.probes == {"redis": {Access.LOCKED: 1, Access.OPEN: 3}}
    assert total.owners == {
        "Cardiology": {Access.OPEN: 1},
        "": {Access.LOCKED: 1, Access.UNKNOWN: 1},
    }
    assert (total.unlisted, total.unlisted_total) == (("192.0.2.8",), 1)


def test_as_many_owners_are_told_apart_as_the_coverage_has_room_for() -> None:
    """An inventory may name an owner for each address; the rest is summed up."""
    everybody = [(ip_network(f"192.0.2.{last}"), f"owner {last}") for last in (7, 8, 9)]
    books = replace(ledger(Told()), owners=Areas.of(everybody, most=2))
    counts = Counts()

    books.conclude(
        (Visit(endpoint=endpoint(last), outcome=LOCKED, about=REDIS), counts) for last in (7, 8, 9)
    )

    assert counts.owners == {("owner 7", Access.LOCKED): 1, ("(others)", Access.LOCKED): 2}


def test_a_service_carries_its_owner_and_permission() -> None:
    """What is no finding is told with the same context as what is one."""
    told, _ = concluded(LOCKED)

    (seen,) = told.seen
    assert seen.asset.owner == "owner of 192.0.2.7"
    assert (seen.scope, seen.vantage, seen.round, seen.seen) == (SCOPE, "dmz", "r1", NOON)
    assert document(seen).startswith(b'{"schema":"ronde.service/1"')


def test_what_ended_is_told_before_what_could_not_be_verified() -> None:
    """Both are told once the round has seen everything."""
    told = Told(settled=Settled((exposure(fingerprint="a"),), (exposure(fingerprint="b"),)))

    ledger(told).settle()

    assert told.acts == ["finding 192.0.2.7:9200 new"] * 2


def test_the_coverage_is_recorded_and_then_told() -> None:
    """A file that ends with a coverage belongs to a round that the history knows as ended."""
    told = Told()

    ledger(told).end(coverage())

    assert told.acts == ["end r0", "coverage r0"]


def test_what_is_recorded_was_masked_before() -> None:
    """The history and the outputs see the same name, and neither the person's."""
    told = Told()
    books = ledger(told)
    found = replace(OPEN, holdings=(Holding(name="fax-of-0612345678", kind="database"),))

    books.conclude([(Visit(endpoint=endpoint(7, 6379), outcome=found, about=REDIS), Counts())])

    assert [one.name for finding in told.drafts for one in finding.holdings] == ["fax-of-[number]"]


@pytest.mark.parametrize("digits", [1, 20, 400, 5_000])
@pytest.mark.parametrize("sign", [1, -1])
def test_no_number_and_no_date_ends_a_round(digits: int, sign: int) -> None:
    """What a server claims to hold is judged, added up, and written with the finding."""
    claimed = sign * 10**digits
    when = datetime.max.replace(tzinfo=timezone(-timedelta(hours=12)))
    made = when.replace(tzinfo=None) if sign > 0 else when
    held = Holding(name="faxes", kind="index", records=claimed, bytes=claimed, created=made)

    said = plausible(replace(OPEN, holdings=(held, held), holdings_total=claimed))
    told, _ = concluded(said)

    assert [document(draft)[:1] for draft in told.drafts] == [b"{"]


class Full(Told):
    """A history whose disk is full at the commit."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Take all, and then refuse it."""
        yield
        raise Refused("the disk is full")


def test_what_the_history_cannot_take_is_told_all_the_same() -> None:
    """It was found; the round ends for want of a history, and says so."""
    told = Full()
    visit = Visit(endpoint=endpoint(), outcome=OPEN, about=REDIS)

    with pytest.raises(Refused, match="the disk is full"):
        ledger(told).conclude([(visit, Counts())])

    assert told.acts == ["record 192.0.2.7:9200", "finding 192.0.2.7:9200 new"]
