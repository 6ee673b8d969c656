"""Who walks shards has what the signed-off rates ask for."""

import re
from pathlib import Path

import pytest

from scanner.equip import MOST_WIDTH, sweep_width
from scanner.scope import Rates

UNIT = Path(__file__).parent.parent / "config" / "systemd" / "ronde.service"


@pytest.mark.parametrize(
    ("rate", "timeout", "width"),
    [(1_000, 2, 2_000), (50, 1, 2_000), (5_000, 2, 10_000), (100_000, 3, 16_384)],
)
def test_the_sweep_is_as_wide_as_its_rate_against_silence(
    rate: float, timeout: float, width: int
) -> None:
    """Rate times time-out: no less than ever was, no more than memory is worth."""
    rates = Rates(connections_per_second=rate, per_host_per_second=1, timeout=timeout, attempts=1)

    assert sweep_width(rates) == width


def test_the_service_may_open_what_the_widest_sweep_needs() -> None:
    """A sweep leaves half of the descriptors to the conversations, the history and the outputs."""
    found = re.search(r"^LimitNOFILE=(\d+)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)

    assert found
    assert int(found[1]) == 2 * MOST_WIDTH
