"""Severity: access by what there is to lose, as a table that one can print."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from scanner.model import Access, Assessment, Severity
from scanner.probe import About


class Stake(StrEnum):
    """What a stranger who is let in can have, worst first."""

    HOST = "host"  # he may run programs of his own there
    RECORDS = "records"
    NOTHING = "nothing"  # empty today; whoever finds it may fill it, and its owner will


#: (access, what is at stake) → severity.
SEVERITY: Mapping[tuple[Access, Stake], Severity] = MappingProxyType(
    {
        # The first caller becomes administrator: what is stored today does not matter.
        **{(Access.UNCLAIMED, stake): Severity.CRITICAL for stake in Stake},
        (Access.OPEN, Stake.HOST): Severity.CRITICAL,
        (Access.OPEN, Stake.RECORDS): Severity.HIGH,
        (Access.OPEN, Stake.NOTHING): Severity.MEDIUM,
        (Access.PARTIAL, Stake.HOST): Severity.HIGH,
        (Access.PARTIAL, Stake.RECORDS): Severity.MEDIUM,
        (Access.PARTIAL, Stake.NOTHING): Severity.MEDIUM,
        # Open by configuration: one changed address list away from `open`.
        **{(Access.SHIELDED, stake): Severity.LOW for stake in Stake},
        # Facts about a service, not findings.
        **{
            (access, stake): Severity.INFO
            for access in (Access.LOCKED, Access.CLIENT_CERT, Access.IDENTIFIED, Access.UNKNOWN)
            for stake in Stake
        },
    }
)


def severity(about: About, assessment: Assessment) -> Severity:
    """Look up how soon somebody should act."""
    return SEVERITY[assessment.access, at_stake(about, assessment)]


def at_stake(about: About, assessment: Assessment) -> Stake:
    """Say what whoever is let in can have."""
    if about.runs_code:
        return Stake.HOST
    return Stake.RECORDS if may_have_records(assessment) else Stake.NOTHING


def may_have_records(assessment: Assessment) -> bool:
    """Tell whether records are there, or could be.

    Only a complete listing whose every count is zero is empty; a count that is not known, or a
    holding that was counted but not listed, may hold anything.
    """
    listed = assessment.holdings
    unlisted = (assessment.holdings_total or 0) > len(listed)
    return unlisted or any(holding.records != 0 for holding in listed)
