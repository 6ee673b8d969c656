"""What a part of the bench comes to: tables, bars, targets. Kept as JSON between two runs."""

from pathlib import Path
from typing import Self

import msgspec


class Table(msgspec.Struct, frozen=True):
    """Rows of text under columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Target(msgspec.Struct, frozen=True):
    """What was aimed at and what was seen; `seen` is None where it could not be measured.

    Met when `seen` is at least `wanted`, or at most where `at_most` says so.
    """

    what: str
    wanted: float
    seen: float | None
    at_most: bool = False
    unit: str = " x"

    @property
    def verdict(self) -> str:
        """Say it plainly."""
        if self.seen is None:
            return "not measured"
        met = self.seen <= self.wanted if self.at_most else self.seen >= self.wanted
        return "met" if met else "NOT met"


class Bar(msgspec.Struct, frozen=True):
    """One bar of a plot."""

    name: str
    value: float


class Bars(msgspec.Struct, frozen=True):
    """Bars that may be compared: more is better."""

    title: str
    bars: tuple[Bar, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the bench, when and on what it was taken."""

    name: str
    title: str
    text: str
    tables: tuple[Table, ...]
    targets: tuple[Target, ...] = ()
    bars: tuple[Bars, ...] = ()
    notes: tuple[str, ...] = ()
    machine: str = ""

    def save(self, folder: Path) -> None:
        """Keep it, in place of what an earlier run said."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.name}.json").write_bytes(msgspec.json.encode(self))

    @classmethod
    def load(cls, folder: Path, name: str) -> Self | None:
        """Read what the latest run said, if there was one."""
        path = folder / f"{name}.json"
        return msgspec.json.decode(path.read_bytes(), type=cls) if path.exists() else None
