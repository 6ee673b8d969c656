"""Severity: access by whether there is anything to lose, as a table that one can print."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Assessment, Severity

#: (access, whether records may be there) → severity.
SEVERITY: Mapping[tuple[Access, bool], Severity] = MappingProxyType(
    {
        # The first caller becomes administrator: what is stored today does not matter.
        (Access.UNCLAIMED, True): Severity.CRITICAL,
        (Access.UNCLAIMED, False): Severity.CRITICAL,
        (Access.OPEN, True): Severity.HIGH,
        # Empty today; whoever finds it may fill it, and its owner will.
        (Access.OPEN, False): Severity.MEDIUM,
        (Access.PARTIAL, True): Severity.MEDIUM,
        (Access.PARTIAL, False): Severity.MEDIUM,
        # Open by configuration: one changed address list away from `open`.
        (Access.SHIELDED, True): Severity.LOW,
        (Access.SHIELDED, False): Severity.LOW,
        # Facts about a service, not findings.
        (Access.LOCKED, True): Severity.INFO,
        (Access.LOCKED, False): Severity.INFO,
        (Access.CLIENT_CERT, True): Severity.INFO,
        (Access.CLIENT_CERT, False): Severity.INFO,
        (Access.IDENTIFIED, True): Severity.INFO,
        (Access.IDENTIFIED, False): Severity.INFO,
        (Access.UNKNOWN, True): Severity.INFO,
        (Access.UNKNOWN, False): Severity.INFO,
    }
)


def severity(assessment: Assessment) -> Severity:
    """Look up how soon somebody should act."""
    return SEVERITY[assessment.access, may_have_records(assessment)]


def may_have_records(assessment: Assessment) -> bool:
    """Tell whether records are there, or could be.

    Only a complete listing whose every count is zero is empty; a count that is not known, or a
    holding that was counted but not listed, may hold anything.
    """
    listed = assessment.holdings
    unlisted = (assessment.holdings_total or 0) > len(listed)
    return unlisted or any(holding.records != 0 for holding in listed)
