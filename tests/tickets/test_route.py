"""Routes: who is told of which finding."""

import msgspec
import pytest

from scanner.model import Asset, Severity
from scanner.tickets.base import Settings
from scanner.tickets.route import route_of
from tests.exposures import exposure

SEEN = exposure(
    severity=Severity.HIGH,
    asset=Asset(owner="Radiology", zone="clinic-dmz", tags=("pacs", "prod")),
)


@pytest.mark.parametrize(
    ("table", "covered"),
    [
        ({}, True),
        ({"severity": "critical"}, False),
        ({"severity": "low"}, True),
        ({"owners": ["Radiology"]}, True),
        ({"owners": ["Radio*", "Wards"]}, True),
        ({"owners": ["radiology"]}, False),
        ({"zones": ["clinic-*"]}, True),
        ({"zones": ["office"]}, False),
        ({"tags": ["prod"]}, True),
        ({"tags": ["test", "pa*"]}, True),
        ({"tags": ["test"]}, False),
        ({"owners": ["Radiology"], "zones": ["office"]}, False),
    ],
)
def test_a_finding_must_match_all_that_is_there(table: dict[str, object], *, covered: bool) -> None:
    """Severity, owner, zone and tags; of several globs, one."""
    settings = msgspec.convert({"system": "x", "url": "y", **table}, Settings)

    assert route_of(settings)(SEEN) is covered


def test_what_nobody_owns_has_a_route_too() -> None:
    """`""` is the glob of what has no owner or zone."""
    nobodys = msgspec.structs.replace(SEEN, asset=Asset())
    settings = Settings(system="x", url="y", owners=("",), zones=("",))

    assert route_of(settings)(nobodys)
    assert not route_of(settings)(SEEN)
