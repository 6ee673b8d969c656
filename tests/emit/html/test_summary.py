"""What is counted for the top of the page."""

from collections import Counter

from scanner.emit.html.summary import MAX_WORST, Summary
from scanner.model import Asset, Severity, Status
from tests.exposures import NOON, coverage, day, exposure


def test_doors_are_lines_and_findings_are_fingerprints() -> None:
    """Two nodes of one cluster are two doors to close, and one finding."""
    summary = Summary.of([exposure(), exposure(), exposure(fingerprint="f2")])

    assert (summary.doors, len(summary.fingerprints)) == (3, 2)


def test_what_was_resolved_is_no_open_door() -> None:
    """It is told among the changes only."""
    summary = Summary.of([exposure(status=Status.RESOLVED)])

    assert (summary.doors, summary.statuses[Status.RESOLVED], summary.oldest) == (0, 1, None)


def test_what_was_not_seen_again_stays_open_and_is_said_to_be_unseen() -> None:
    """Silence closes no door."""
    summary = Summary.of([exposure(status=Status.UNVERIFIED), exposure()])

    assert (summary.doors, summary.unseen) == (2, 1)


def test_the_owner_of_the_worst_stands_first_and_a_contact_may_stand_for_one() -> None:
    """One critical door weighs more than two high ones."""
    summary = Summary.of(
        [
            exposure(severity=Severity.CRITICAL, asset=Asset(contact="lab@example.org")),
            exposure(asset=Asset(owner="Radiology")),
            exposure(asset=Asset(owner="Radiology")),
            exposure(asset=Asset()),
        ]
    )

    assert summary.leading_owners() == [
        ("lab@example.org", Counter({Severity.CRITICAL: 1})),
        ("Radiology", Counter({Severity.HIGH: 2})),
        (None, Counter({Severity.HIGH: 1})),
    ]


def test_ages_are_counted_from_the_first_sight_to_the_report() -> None:
    """A week is still a week on its last day."""
    summary = Summary.of(
        [exposure(first_seen=day(-age)) for age in (0, 7, 8, 90, 91)], coverage(ended=NOON)
    )

    assert summary.ages() == {"week": 2, "month": 1, "quarter": 1, "longer": 1}
    assert summary.oldest == day(-91)


def test_a_report_speaks_of_the_end_of_its_round_or_else_of_the_last_sight() -> None:
    """There is no clock in it: the same findings give the same page."""
    findings = [exposure(last_seen=day(3)), exposure(last_seen=day(1))]

    assert Summary.of(findings, coverage(ended=day(5))).now == day(5)
    assert Summary.of(findings).now == day(3)


def test_what_is_late_and_what_regressed_is_counted() -> None:
    """Both are louder than a door that was found today."""
    summary = Summary.of([exposure(due=NOON, regressed=True), exposure()], coverage(ended=day(1)))

    assert (summary.late, summary.regressed, summary.accepted) == (1, 1, 0)


def test_the_worst_are_few() -> None:
    """Who decides reads ten lines; who repairs has the list."""
    assert len(Summary.of([exposure()] * 30).worst) == MAX_WORST == 10
