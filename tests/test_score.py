"""Severity is a sum, and the table that it comes from is the team's to read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cvss import CVSS4  # type: ignore[import-untyped] # it ships no annotations
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as with_changes

from probes.redis import Redis
from scanner.inferred import Inferred, Label, Mark
from scanner.judged import Factor, Reason
from scanner.model import (
    EXPOSED,
    Access,
    Assessment,
    Asset,
    Holding,
    Proof,
    Service,
    Severity,
    TlsFacts,
)
from scanner.probe import About
from scanner.record import Look
from scanner.score import Judgement, at_stake, judge, may_have_records, worsened
from scanner.severities import Stake, load_severities
from tests.exposures import NOON, SCOPE, VANTAGE, endpoint, exposure

TABLE = load_severities()

FULL = (Holding(name="faxes", kind="index", records=3),)
MANY = (Holding(name="faxes", kind="index", records=1_000_000),)
EMPTY = (Holding(name="faxes", kind="index", records=0),)
UNCOUNTED = (Holding(name="faxes", kind="index"),)

TLS = TlsFacts(version="TLSv1.3", cipher="AES")
HEALTH = Inferred(Label.HEALTH)
UNKNOWN = Inferred()
LOOK = Look(
    endpoint=endpoint(),
    tls=TLS,
    asset=Asset(),
    scope=SCOPE,
    round="r1",
    vantage=VANTAGE,
    at=NOON,
)


def about(*, runs_code: bool) -> About:
    """Give a probe that lets in, or lets run."""
    return replace(Redis.about, runs_code=runs_code)


DATASTORE = about(runs_code=False)
ENGINE = about(runs_code=True)


def assessed(
    access: Access, holdings: tuple[Holding, ...] = (), total: int | None = None
) -> Assessment:
    """Give a verdict with what was listed."""
    return Assessment(
        access=access,
        service=Service("redis"),
        because="",
        proof=Proof("", "", ""),
        holdings=holdings,
        holdings_total=total,
    )


def judged(
    access: Access,
    holdings: tuple[Holding, ...] = FULL,
    *,
    inferred: Inferred = UNKNOWN,
    look: Look = LOOK,
    probe: About = DATASTORE,
) -> Judgement:
    """Judge by the table that ships."""
    return judge(probe, assessed(access, holdings), inferred, look, TABLE)


def factors(judgement: Judgement) -> dict[Factor, int]:
    """Give the points of each factor that was counted."""
    return {reason.factor: reason.points for reason in judgement.why}


@pytest.mark.parametrize(
    ("access", "holdings", "expected"),
    [
        (Access.UNCLAIMED, (), Severity.CRITICAL),
        (Access.OPEN, FULL, Severity.HIGH),
        (Access.OPEN, EMPTY, Severity.MEDIUM),
        (Access.OPEN, (), Severity.HIGH),
        (Access.PARTIAL, FULL, Severity.MEDIUM),
        (Access.SHIELDED, (), Severity.LOW),
        (Access.LOCKED, (), Severity.INFO),
    ],
)
def test_severity_follows_access_and_records(
    access: Access, holdings: tuple[Holding, ...], expected: Severity
) -> None:
    """What a stranger can do, and whether there is anything to lose, decide."""
    assert judged(access, holdings).severity == expected


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (Access.OPEN, Severity.CRITICAL),
        (Access.PARTIAL, Severity.HIGH),
        (Access.LOCKED, Severity.INFO),
    ],
)
def test_where_strangers_run_programs_nothing_need_be_stored(
    access: Access, expected: Severity
) -> None:
    """The host itself is at stake."""
    assert judged(access, (), probe=ENGINE).severity == expected


@pytest.mark.parametrize(
    ("access", "label", "expected"),
    [
        (Access.OPEN, Label.HEALTH, Severity.CRITICAL),
        (Access.OPEN, Label.COMMUNICATIONS, Severity.CRITICAL),
        (Access.OPEN, Label.SENSITIVE, Severity.CRITICAL),
        (Access.OPEN, Label.PERSONAL, Severity.HIGH),
        (Access.OPEN, Label.INTERNAL, Severity.MEDIUM),
        (Access.PARTIAL, Label.HEALTH, Severity.HIGH),
        (Access.UNCLAIMED, Label.INTERNAL, Severity.CRITICAL),
        (Access.SHIELDED, Label.HEALTH, Severity.LOW),
    ],
)
def test_what_names_suggest_counts(access: Access, label: Label, expected: Severity) -> None:
    """Health data behind an open door is the worst there is."""
    assert judged(access, inferred=Inferred(label)).severity == expected


def test_the_reasons_add_up_to_the_severity() -> None:
    """Each factor is one line, in words of ours, and nothing else is counted."""
    said = judged(Access.OPEN, MANY, inferred=HEALTH, look=replace(LOOK, tls=None))

    assert factors(said) == {
        Factor.ACCESS: 70,
        Factor.CATEGORIES: 20,
        Factor.VOLUME: 10,
        Factor.TRANSPORT: 5,
    }
    assert said.severity is TABLE.level(105)
    assert said.why[1].found == "names suggest: health"


def test_an_empty_store_is_not_judged_by_its_names() -> None:
    """There is nothing to lose yet; the door is open all the same."""
    said = judged(Access.OPEN, EMPTY, inferred=HEALTH)

    assert factors(said) == {Factor.ACCESS: 40, Factor.TRANSPORT: 0}
    assert said.cvss == TABLE.access[Access.OPEN][Stake.NOTHING].cvss


@pytest.mark.parametrize(
    ("zone", "vantage", "expected"),
    [
        ("DMZ-2", VANTAGE, {Factor.REACH: 10}),
        (None, "guest-wifi", {Factor.REACH: 10}),
        ("dmz", "guest-wifi", {Factor.REACH: 10}),
        ("wards", "scanner-1", {}),
        (None, "scanner-1", {}),
    ],
)
def test_a_door_that_many_can_reach_counts_once(
    zone: str | None, vantage: str, expected: dict[Factor, int]
) -> None:
    """Where it stands, or from where it was reached: either says so."""
    look = replace(LOOK, asset=Asset(zone=zone), vantage=vantage)

    assert factors(judged(Access.OPEN, look=look)) == {
        Factor.ACCESS: 70,
        Factor.CATEGORIES: 0,
        Factor.TRANSPORT: 0,
        **expected,
    }


@pytest.mark.parametrize(
    ("tags", "points"), [(("Critical",), 10), (("sandbox",), -10), (("critical", "CRITICAL"), 10)]
)
def test_what_the_inventory_says_of_the_asset_counts(tags: tuple[str, ...], points: int) -> None:
    """Its tags are compared in any case, each once."""
    said = judged(Access.OPEN, look=replace(LOOK, asset=Asset(tags=tags)))

    assert [each.points for each in said.why if each.factor is Factor.ASSET] == [points]


def test_signs_of_others_count() -> None:
    """Where somebody seems to have been already, it is late."""
    mark = Mark(what="extortion", holdings=1, because="", advice="")

    assert judged(Access.OPEN, inferred=Inferred(signs=(mark,))).severity is Severity.CRITICAL


@pytest.mark.parametrize("access", sorted(EXPOSED))
@pytest.mark.parametrize("stake", list(Stake))
def test_every_vector_is_one_of_cvss_4(access: Access, stake: Stake) -> None:
    """Somebody else's reader takes it, and writes it as we do."""
    vector = TABLE.access[access][stake].cvss

    assert CVSS4(vector).clean_vector() == vector


def test_a_finding_s_vector_says_that_health_data_matters() -> None:
    """The confidentiality requirement is high, and the vector stays one."""
    vector = judged(Access.OPEN, inferred=HEALTH).cvss

    assert vector is not None
    assert vector.endswith("/CR:H")
    assert CVSS4(vector).clean_vector() == vector
    assert CVSS4(vector).severity in {"High", "Critical"}


def test_a_shut_door_is_no_alarm() -> None:
    """It has neither reasons nor a vector, and nothing is due."""
    assert judged(Access.LOCKED) == Judgement(Severity.INFO)


LOOKS = st.builds(
    replace,
    st.just(LOOK),
    tls=st.sampled_from([TLS, None]),
    asset=st.builds(
        Asset,
        zone=st.sampled_from([None, "dmz", "wards"]),
        tags=st.lists(st.sampled_from(["critical", "sandbox", "pacs"])).map(tuple),
    ),
    vantage=st.sampled_from(["guest", "scanner-1"]),
)


@given(
    access=st.sampled_from(sorted(EXPOSED)),
    label=st.sampled_from(list(Label)),
    records=st.none() | st.integers(min_value=0, max_value=10**12),
    look=LOOKS,
)
def test_more_records_never_make_it_less_urgent(
    access: Access, label: Label, records: int | None, look: Look
) -> None:
    """Every exposure is an alarm, and grows with what there is to lose."""
    some, more = (
        judged(
            access,
            (Holding(name="a", kind="index", records=count),),
            inferred=Inferred(label),
            look=look,
        )
        for count in (records, (records or 0) + 10**6)
    )

    assert some.severity is not Severity.INFO
    assert more.severity.reaches(some.severity)


@pytest.mark.parametrize(
    ("holdings", "total", "expected"),
    [
        ((), 0, False),
        ((), None, True),
        (EMPTY, None, False),
        (EMPTY, 1, False),
        (EMPTY, 2, True),
        (UNCOUNTED, None, True),
        (EMPTY + FULL, None, True),
    ],
)
def test_only_a_complete_count_of_nothing_is_empty(
    holdings: tuple[Holding, ...], total: int | None, *, expected: bool
) -> None:
    """What was not counted, or not listed, may hold records."""
    assert may_have_records(assessed(Access.OPEN, holdings, total)) is expected


def test_what_is_all_the_server_s_own_is_a_stake_of_its_own() -> None:
    """It is neither nothing nor somebody's records."""
    assert at_stake(DATASTORE, assessed(Access.OPEN, FULL), Label.INTERNAL) is Stake.INTERNAL
    assert at_stake(DATASTORE, assessed(Access.OPEN, EMPTY), Label.INTERNAL) is Stake.NOTHING


def test_another_table_gives_another_severity() -> None:
    """The team's own points are the ones that count."""
    stricter = with_changes(TABLE, categories={**TABLE.categories, Label.UNKNOWN: 20})

    said = judge(DATASTORE, assessed(Access.OPEN, FULL), UNKNOWN, LOOK, stricter)

    assert said.severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Severity.LOW, Severity.MEDIUM),
        (Severity.HIGH, Severity.CRITICAL),
        (Severity.CRITICAL, Severity.CRITICAL),
    ],
)
def test_a_lock_undone_is_one_worse_and_the_sum_says_so(before: Severity, after: Severity) -> None:
    """What is printed still adds up, and it is due as soon as its new severity asks."""
    table = load_severities()
    why = (Reason(factor=Factor.ACCESS, found="open", points=table.levels[before]),)
    draft = exposure(severity=before, why=why, open_since=NOON)

    worse = worsened(draft, table)

    assert worse.severity is after
    assert table.level(sum(reason.points for reason in worse.why)) is after
    assert worse.due == NOON + timedelta(days=table.days[after])
