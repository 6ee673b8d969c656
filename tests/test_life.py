"""Where a finding stands against the rounds before: rules without a store."""

from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.inferred import Category, DataCategory, Label
from scanner.life import (
    Patience,
    Sight,
    Standing,
    changes,
    contradicted,
    filed_under,
    has_regressed,
    once_shut,
    raised,
    when_exposed,
    when_round_ends,
    with_acceptance,
)
from scanner.model import Acceptance, Finding, Service, Severity, Status
from scanner.record import fingerprint
from tests.exposures import NOON, day, endpoint, exposure

STANDINGS = st.builds(
    Standing,
    st.sampled_from(Status),
    st.sampled_from(["r1", "r2"]),
    st.just(NOON),
    st.integers(0, 9).map(day),
)
MOMENTS = st.integers(-9, 9).map(day)


THERE = {"f1": Sight("redis"), "f2": Sight("redis"), "f3": Sight("elasticsearch")}


@pytest.mark.parametrize(
    ("probe", "by", "expected"),
    [
        (None, None, ("f1", "f2", "f3")),
        ("redis", None, ("f1", "f2")),
        ("redis", "f2", ("f1",)),
        ("redis", "f9", ("f1", "f2")),
        ("mongodb", None, ()),
        ("mongodb", "f9", ()),
    ],
)
def test_an_observation_speaks_against_what_its_observer_can_speak_for(
    probe: str | None, by: str | None, expected: tuple[str, ...]
) -> None:
    """A refused port speaks for all; a probe for its own; a new service for those it replaced."""
    assert contradicted(THERE, probe=probe, by=by) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (None, Status.NEW),
        (Status.NEW, Status.ONGOING),
        (Status.ONGOING, Status.ONGOING),
        (Status.CHANGED, Status.ONGOING),
        (Status.REOPENED, Status.ONGOING),
        (Status.UNVERIFIED, Status.ONGOING),
        (Status.RESOLVED, Status.REOPENED),
    ],
)
def test_what_is_seen_exposed_goes_on_or_comes_back(
    before: Status | None, expected: Status
) -> None:
    """The whole table of a sighting in a later round."""
    standing = Standing(before, "r1", NOON, NOON) if before else None

    assert when_exposed(standing, in_round="r2", at=day(1)).status is expected


@pytest.mark.parametrize(
    ("before", "exposed", "expected"),
    [
        (Status.NEW, True, Status.UNVERIFIED),
        (Status.ONGOING, True, Status.UNVERIFIED),
        (Status.REOPENED, True, Status.UNVERIFIED),
        (Status.UNVERIFIED, True, Status.UNVERIFIED),
        (Status.NEW, False, Status.RESOLVED),
        (Status.UNVERIFIED, False, Status.RESOLVED),
        (Status.RESOLVED, False, Status.RESOLVED),
    ],
)
def test_what_a_round_did_not_see_is_unverified_until_it_is_shut(
    before: Status, *, exposed: bool, expected: Status
) -> None:
    """The whole table of the end of a round that did not see the finding exposed."""
    standing = Standing(before, "r1", NOON, NOON)

    assert when_round_ends(standing, in_round="r2", exposed=exposed).status is expected


def test_what_is_seen_after_all_is_not_unverified() -> None:
    """A look that came late in the same round counts as any other."""
    missed = Standing(Status.UNVERIFIED, "r2", NOON, NOON)

    assert when_exposed(missed, in_round="r2", at=day(1)).status is Status.ONGOING


@given(STANDINGS | st.none(), MOMENTS, MOMENTS)
def test_all_sightings_of_one_round_agree(
    before: Standing | None, first: datetime, second: datetime
) -> None:
    """The second node of a new cluster is new, and of one that came back, back."""
    assume(before is None or before.round != "r9")
    once = when_exposed(before, in_round="r9", at=first)

    twice = when_exposed(once, in_round="r9", at=second)

    assert twice.status is once.status


@given(STANDINGS, MOMENTS)
def test_a_clock_that_goes_back_keeps_the_order_of_times(before: Standing, at: datetime) -> None:
    """A finding is never last seen before it was first seen, and never less recently."""
    now = when_exposed(before, in_round="r9", at=at)

    assert now.first_seen == before.first_seen
    assert now.last_seen >= max(before.last_seen, now.first_seen)


@given(STANDINGS, st.booleans())
def test_the_end_of_a_round_can_be_said_twice(
    before: Standing,
    exposed: bool,  # noqa: FBT001 - hypothesis fills it
) -> None:
    """A round that settles again after a fault says the same."""
    once = when_round_ends(before, in_round="r9", exposed=exposed)

    assert when_round_ends(once, in_round="r9", exposed=exposed) == once


class TestFiling:
    """Under which finding a sighting is filed."""

    @pytest.mark.parametrize(
        ("there", "filed"),
        [
            ({}, "nameless"),
            ({"cluster": Sight("elasticsearch")}, "cluster"),
            ({"keys": Sight("redis")}, "nameless"),
            ({"cluster": Sight("elasticsearch"), "old": Sight("elasticsearch", 1)}, "cluster"),
            ({"cluster": Sight("elasticsearch", 1), "keys": Sight("redis")}, "cluster"),
            ({"cluster": Sight("elasticsearch"), "other": Sight("elasticsearch")}, "nameless"),
        ],
    )
    def test_a_sighting_without_identity_continues_the_one_that_is_there(
        self, there: dict[str, Sight], filed: str
    ) -> None:
        """Of the same probe, and only if there is no choice."""
        nameless = fingerprint("elasticsearch", Service("Elasticsearch"), endpoint())

        filed_as = filed_under(exposure(fingerprint=nameless), there)

        assert filed_as == (nameless if filed == "nameless" else filed)

    def test_another_identity_is_another_finding(self) -> None:
        """A service that names itself is never taken for another."""
        assert filed_under(exposure(fingerprint="new"), {"old": Sight("elasticsearch")}) == "new"


@pytest.mark.parametrize(
    ("before", "changed", "expected"),
    [
        (Standing(Status.ONGOING, "r1", NOON, NOON), True, Status.CHANGED),
        (Standing(Status.UNVERIFIED, "r1", NOON, NOON), True, Status.CHANGED),
        (Standing(Status.ONGOING, "r2", NOON, NOON), True, Status.CHANGED),
        (Standing(Status.CHANGED, "r2", NOON, NOON), False, Status.CHANGED),
        (Standing(Status.CHANGED, "r1", NOON, NOON), False, Status.ONGOING),
        (Standing(Status.NEW, "r2", NOON, NOON), True, Status.NEW),
        (Standing(Status.RESOLVED, "r1", NOON, NOON), True, Status.REOPENED),
    ],
)
def test_one_changed_door_changes_the_finding_for_a_round(
    before: Standing,
    changed: bool,  # noqa: FBT001 - a column of the table
    expected: Status,
) -> None:
    """What is new or back is told as that; the next round without a change is ongoing again."""
    assert when_exposed(before, in_round="r2", at=NOON, changed=changed).status is expected


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({}, ()),
        ({"version": "8.1"}, ("version",)),
        ({"severity": Severity.CRITICAL, "label": Label.HEALTH}, ("severity", "label")),
        ({"holdings": (), "holdings_total": 9, "because": "otherwise"}, ()),
        (
            {
                "categories": (
                    DataCategory(name=Category.CREDENTIAL, confidence=0.9, words=("key",)),
                )
            },
            ("categories",),
        ),
    ],
)
def test_growth_is_no_change_and_a_worse_finding_is(
    after: dict[str, object], expected: tuple[str, ...]
) -> None:
    """An index a day and a record a second say nothing."""
    assert changes(exposure(), exposure(round="r1", **after)) == expected


def test_a_second_look_of_one_round_keeps_its_word() -> None:
    """A shard that is walked again finds nothing changed since a minute ago; the night did."""
    before = exposure(changes=("version",))

    assert changes(before, exposure(severity=Severity.LOW)) == ("version",)
    assert changes(None, exposure()) == ()


@pytest.mark.parametrize(
    ("seen_shut", "severity", "ended"),
    [
        (1, Severity.CRITICAL, True),
        (1, Severity.HIGH, False),
        (2, Severity.HIGH, True),
        (1, Severity.INFO, False),
    ],
)
def test_what_is_critical_is_resolved_at_once_and_the_rest_on_the_second_night(
    seen_shut: int,
    severity: Severity,
    ended: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """The patience of a round that was told nothing."""
    assert Patience().ends(seen_shut, severity) is ended


def test_one_round_counts_once_however_often_it_looks() -> None:
    """Two refusals a minute apart are one restart."""
    first = once_shut(Sight("redis", 0, "r2"), in_round="r2")

    assert first == Sight("redis", 1, "r2")
    assert once_shut(first, in_round="r2") == first
    assert once_shut(first, in_round="r3") == Sight("redis", 2, "r3")


@pytest.mark.parametrize(
    ("before", "was_locked", "expected"),
    [
        (None, True, True),
        (None, False, False),
        (Standing(Status.ONGOING, "r1", NOON, NOON, regressed=True), False, True),
        (Standing(Status.RESOLVED, "r1", NOON, NOON, regressed=True), False, False),
        (Standing(Status.RESOLVED, "r1", NOON, NOON), True, True),
    ],
)
def test_a_lock_undone_stays_undone_until_it_is_resolved(
    before: Standing | None,
    was_locked: bool,  # noqa: FBT001 - a column of the table
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Severity does not fall back the night after."""
    assert has_regressed(before, was_locked=was_locked) is expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Severity.INFO, Severity.LOW),
        (Severity.HIGH, Severity.CRITICAL),
        (Severity.CRITICAL, Severity.CRITICAL),
    ],
)
def test_severity_is_raised_by_one_and_never_beyond_critical(
    before: Severity, after: Severity
) -> None:
    """One step of the scale."""
    assert raised(before) is after


def signed(severity: Severity = Severity.HIGH) -> Acceptance:
    """Accept a risk until the fifth day."""
    return Acceptance(
        until=day(5), reason="moved in May", approver="CISO", severity=severity, since=NOON
    )


@pytest.mark.parametrize(
    ("seen", "at", "expected"),
    [
        (exposure(status=Status.ONGOING), day(4), (Status.ACCEPTED, True)),
        (exposure(status=Status.ONGOING), day(5), (Status.ONGOING, False)),
        (exposure(status=Status.CHANGED), day(4), (Status.CHANGED, True)),
        (exposure(status=Status.UNVERIFIED), day(4), (Status.UNVERIFIED, True)),
        (exposure(status=Status.RESOLVED), day(4), (Status.RESOLVED, False)),
        (
            exposure(status=Status.ONGOING, severity=Severity.CRITICAL),
            day(4),
            (Status.ONGOING, False),
        ),
        (
            exposure(status=Status.ONGOING, severity=Severity.LOW),
            day(4),
            (Status.ACCEPTED, True),
        ),
    ],
)
def test_a_signature_covers_what_was_signed_until_its_day_and_nothing_worse(
    seen: Finding, at: datetime, expected: tuple[Status, bool]
) -> None:
    """It ends by itself, and what came of the finding is still told."""
    shown = with_acceptance(seen, signed(), at)

    assert (shown.status, shown.accepted is not None) == expected
