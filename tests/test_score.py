"""Severity is a table."""

from dataclasses import replace
from itertools import product

import pytest

from probes.redis import Redis
from scanner.model import EXPOSED, Access, Assessment, Holding, Proof, Service, Severity
from scanner.probe import About
from scanner.score import SEVERITY, Stake, may_have_records, severity

FULL = (Holding(name="faxes", kind="index", records=3),)
EMPTY = (Holding(name="faxes", kind="index", records=0),)
UNCOUNTED = (Holding(name="faxes", kind="index"),)


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


@pytest.mark.parametrize(
    ("access", "holdings", "expected"),
    [
        (Access.UNCLAIMED, (), Severity.CRITICAL),
        (Access.OPEN, FULL, Severity.HIGH),
        (Access.OPEN, EMPTY, Severity.MEDIUM),
        (Access.OPEN, (), Severity.MEDIUM),
        (Access.PARTIAL, FULL, Severity.MEDIUM),
        (Access.SHIELDED, (), Severity.LOW),
        (Access.LOCKED, (), Severity.INFO),
    ],
)
def test_severity_follows_access_and_records(
    access: Access, holdings: tuple[Holding, ...], expected: Severity
) -> None:
    """What a stranger can do, and whether there is anything to lose, decide."""
    assert severity(DATASTORE, assessed(access, holdings)) == expected


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
    assert severity(ENGINE, assessed(access)) == expected


def test_every_access_has_a_severity_and_only_exposures_are_above_info() -> None:
    """The table has no hole, and a fact about a shut service is never an alarm."""
    assert set(product(Access, Stake)) == set(SEVERITY)
    alarming = {access for (access, _), level in SEVERITY.items() if level is not Severity.INFO}
    assert alarming == EXPOSED


@pytest.mark.parametrize(
    ("holdings", "total", "expected"),
    [
        ((), None, False),
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
