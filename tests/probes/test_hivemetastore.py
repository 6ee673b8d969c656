"""What the probe of Hive's metastore makes of real answers, and of half and false ones."""

import pytest

from probes.hivemetastore import CONTROL, DATABASES, TABLES, HiveMetastore
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = HiveMetastore()
OPEN = load("hivemetastore/3.1-open")


def test_a_metastore_that_lists_its_databases_is_open() -> None:
    """Tables are held by name; a database without any is held itself."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.holdings == (
        Holding(name="clinic.faxes", kind="table"),
        Holding(name="default", kind="database"),
    )
    assert found.holdings_total == 2


def test_only_names_are_asked_for() -> None:
    """No table is described: its settings and partitions may hold values."""
    assert asked(PROBE, OPEN) == [DATABASES.name, CONTROL.name, TABLES.name, TABLES.name]


def test_a_metastore_that_wants_sasl_is_locked() -> None:
    """It refuses the first byte, and is asked nothing more."""
    locked = load("hivemetastore/3.1-locked")
    found = replay(PROBE, locked)

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert asked(PROBE, locked) == [DATABASES.name]


def test_a_list_that_is_refused_proves_nothing() -> None:
    """A hook may keep names back; what else it lets through is not told."""
    found = replay(PROBE, load("hivemetastore/3.1-hook"))

    assert isinstance(found, Unknown)
    assert (found.silence, found.why) == (Silence.HALF_PROOF, "get_all_databases was refused")


def test_another_server_that_speaks_thrift_is_not_identified() -> None:
    """It has no such method."""
    found = replay(PROBE, load("hivemetastore/other"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


@pytest.mark.parametrize(
    "result", ["0f00000b0000000000", "0c00010b0001000000046e6f7065000000", "0c0002000000"]
)
def test_a_database_that_cannot_exist_must_be_refused_by_name(result: str) -> None:
    """A list, another object's name, or another exception is no control."""
    head = "800100020000000c6765745f646174616261736500000000"

    found = replay(PROBE, OPEN.with_reply(1, hex=head + result))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


def test_tables_that_are_not_told_cost_only_themselves() -> None:
    """The proof stands already."""
    found = replay(PROBE, OPEN.with_reply(2, hex=None, silence=Silence.TIMEOUT))

    assert isinstance(found, Assessment)
    assert [held.name for held in found.holdings] == ["clinic", "default"]
