"""What a round writes down of devices: kept as long as the round can go on, and no longer."""

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec.structs import replace

from scanner.model import ScopeReference
from scanner.store import Round, Store
from scanner.way import ShardTally, Sign
from tests.exposures import NOON, WAY

WARDS = ScopeReference("wards", "SEC-1")
OFFICES = ScopeReference("offices", "SEC-2")


def begun(store: Store, name: str, scope: ScopeReference) -> Round:
    """Begin a round that makes one call."""
    way = replace(WAY, shards=1, calls=1)
    return store.begin_round(name, scope=scope, vantage="here", at=NOON, way=way)


def rows_in(path: Path, table: str) -> list[str]:
    """Give the rounds that have rows in a table."""
    with closing(sqlite3.connect(path)) as history:
        return [name for (name,) in history.execute(f"SELECT round FROM {table}")]  # noqa: S608 - a table of ours


def test_a_round_that_goes_on_knows_what_was_done(tmp_path: Path) -> None:
    """Device by device, in the order in which it was done."""
    with Store.open(tmp_path / "h", create=NOON) as store:
        with begun(store, "r1", WARDS) as killed:
            killed.note_sign("192.0.2.7", 104, Sign.SOCKET)
            killed.note_sign("192.0.2.8", 2575, Sign.SOCKET)
            killed.note_sign("192.0.2.7", 104, Sign.RESET)
        way = replace(WAY, shards=1, calls=1)
        with store.resume_round(scope=WARDS, vantage="here", way=way) as resumed:
            assert resumed.signs() == {
                "192.0.2.7": [(104, Sign.SOCKET), (104, Sign.RESET)],
                "192.0.2.8": [(2575, Sign.SOCKET)],
            }


def test_what_only_a_dead_round_needs_is_forgotten(tmp_path: Path) -> None:
    """The next round of the same scope and vantage takes its place; another scope's does not."""
    path = tmp_path / "h"
    with Store.open(path, create=NOON) as store:
        for name, scope in (("r1", WARDS), ("r2", OFFICES)):
            with begun(store, name, scope) as one:
                one.note_sign("192.0.2.7", 104, Sign.SOCKET)
                one.end_shard(0, ShardTally(), NOON)
        begun(store, "r3", WARDS).close()

    assert (rows_in(path, "sign"), rows_in(path, "shard")) == (["r2"], ["r2"])
