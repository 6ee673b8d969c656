"""What the CockroachDB probe makes of its console, and of half and false ones."""

import pytest

from probes.cockroachdb import CONTROL, DATABASES, CockroachDb
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = CockroachDb()


def test_a_cluster_in_insecure_mode_is_open() -> None:
    """Its databases are named; its own is left out."""
    found = replay(PROBE, load("cockroachdb/22.1-insecure"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.OPEN, Service("cockroachdb", "22.1.0"))
    assert [held.name for held in found.holdings] == ["bank", "defaultdb", "postgres"]
    assert found.holdings_total == 3


def test_a_secure_cluster_is_locked_although_it_shows_its_page() -> None:
    """The page is public by design; the refusal ends it."""
    found = replay(PROBE, load("cockroachdb/22.1-secure"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert asked(PROBE, load("cockroachdb/22.1-secure")) == ["GET /", DATABASES.name]


@pytest.mark.parametrize(
    ("status", "document"),
    [
        pytest.param(200, {"tableNames": []}, id="the database is there"),
        pytest.param(404, {"code": 404}, id="missing in other words"),
        pytest.param(500, {"code": 5}, id="broken"),
    ],
)
def test_a_control_that_is_not_missing_proves_nothing(status: int, document: object) -> None:
    """The name cannot exist; a proxy's 404 is not the cluster's own."""
    changed = load("cockroachdb/22.1-insecure").with_reply(2, status=status)

    found = replay(PROBE, changed.with_json(2, document))

    assert isinstance(found, Unknown)
    assert (found.silence, CONTROL.name in found.why) == (Silence.HALF_PROOF, True)


def test_another_console_is_not_ours() -> None:
    """The title has to be the whole title."""
    other = "<title>Cockroach Console of somebody</title>"

    found = replay(PROBE, load("cockroachdb/22.1-insecure").with_reply(0, text=other))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
