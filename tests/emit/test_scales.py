"""What sinks say of a finding in a sentence."""

import pytest

from scanner.emit.scales import stakes
from tests.exposures import exposure


@pytest.mark.parametrize(
    ("records", "said"),
    [(0, "0 holdings (unknown)"), (None, "holdings not listed (unknown)")],
)
def test_what_cannot_be_listed_is_not_called_nothing(records: int | None, said: str) -> None:
    """No holding and no count is a door behind which anything may be."""
    assert stakes(exposure(holdings=(), holdings_total=0, records=records)) == said
