"""What a person may sign when a risk is accepted."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.acceptance import MAX_APPROVER, MAX_DAYS, MAX_REASON, Signature, signature
from scanner.model import Refused
from tests.exposures import NOON


def test_the_last_day_counts_to_its_end() -> None:
    """Until the second of March is until the third begins, in UTC."""
    assert signature("2026-03-02", " moves in May ", "CISO", NOON) == Signature(
        until=datetime(2026, 3, 3, tzinfo=UTC), reason="moves in May", approver="CISO", since=NOON
    )


@pytest.mark.parametrize(
    ("until", "reason", "approver", "said"),
    [
        (None, "r", "a", "--until is needed"),
        ("tomorrow", "r", "a", "--until tomorrow: is no date; write it as 2026-12-31"),
        ("2026-02-30", "r", "a", "--until 2026-02-30: is no date"),
        ("2026-02-28", "r", "a", "--until 2026-02-28: has passed; today is 2026-03-01 in UTC"),
        ("2027-03-03", "r", "a", "at most 366 days, until 2027-03-02"),
        ("9999-12-31", "r", "a", "at most 366 days"),
        ("2026-03-02", None, "a", "--reason is needed"),
        ("2026-03-02", " \t", "a", "--reason is needed"),
        ("2026-03-02", "r" * (MAX_REASON + 1), "a", "--reason: 1001 characters are too many"),
        ("2026-03-02", "r", None, "--approver is needed"),
        ("2026-03-02", "r", "a" * (MAX_APPROVER + 1), "--approver: 201 characters are too many"),
        ("2026-03-02", "a\x1b[2Jb", "a", "--reason: has a character that cannot be printed"),
    ],
)
def test_what_cannot_be_signed_is_refused_by_option(
    until: str | None, reason: str | None, approver: str | None, said: str
) -> None:
    """A day that is none, a blank name, an endless reason."""
    with pytest.raises(Refused) as refused:
        signature(until, reason, approver, NOON)
    assert said in str(refused.value)


@given(st.text(max_size=40))
def test_any_text_is_a_day_within_a_year_or_refused(text: str) -> None:
    """Whatever is typed, nothing else is raised and nothing is without an end."""
    try:
        signed = signature(text, "r", "a", NOON)
    except Refused as refused:
        assert str(refused).isprintable()  # noqa: PT017 - one of two ways to end
    else:
        assert 0 < (signed.until - NOON).days <= MAX_DAYS
