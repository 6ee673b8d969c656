"""What sinks say of a finding in a sentence."""

import pytest

from scanner.emit.scales import stakes
from scanner.model import Holding
from tests.exposures import exposure

#: Two of five tables, one of them counted.
PART = (Holding(name="a", kind="table", records=7), Holding(name="b", kind="table"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"holdings_total": 5}, "5 holdings, at least 7 records (unknown): a, b"),
        ({"holdings_total": 2}, "2 holdings, at least 7 records (unknown): a, b"),
        ({"holdings_total": 5, "records": 90}, "5 holdings, 90 records (unknown): a, b"),
    ],
)
def test_a_sum_of_some_is_called_a_lower_bound(changes: dict[str, int], said: str) -> None:
    """Whoever reads a number takes it for all, unless it says so."""
    assert stakes(exposure(holdings=PART, **changes)) == said


@pytest.mark.parametrize(
    ("records", "said"),
    [(0, "0 holdings (unknown)"), (None, "holdings not listed (unknown)")],
)
def test_what_cannot_be_listed_is_not_called_nothing(records: int | None, said: str) -> None:
    """No holding and no count is a door behind which anything may be."""
    assert stakes(exposure(holdings=(), holdings_total=0, records=records)) == said
