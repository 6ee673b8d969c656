"""The table that severities are read from: `config/severity.toml`, or the team's own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec

from scanner import tomltext
from scanner.inferred import Label
from scanner.model import EXPOSED, Access, Refused, Severity
from scanner.shipped import shipped

NAME = "severity.toml"

#: A factor may turn everything, and nothing is worth more than all levels together.
Points: TypeAlias = Annotated[int, msgspec.Meta(ge=-100, le=100)]

#: What a severity begins with.
Floor: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=500)]

#: Ten years: what is due later is not due.
Days: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=3_650)]

#: Eleven base metrics behind the name of the version, each once, in their order.
_CVSS = re.compile(
    r"CVSS:4\.0/AV:[NALP]/AC:[LH]/AT:[NP]/PR:[NLH]/UI:[NPA]"
    r"/VC:[HLN]/VI:[HLN]/VA:[HLN]/SC:[HLN]/SI:[HLN]/SA:[HLN]"
)


class Stake(StrEnum):
    """What a stranger who is let in can have, worst first."""

    HOST = "host"  # he may run programs of his own there
    RECORDS = "records"
    INTERNAL = "internal"  # records, and all of them the server's own
    NOTHING = "nothing"  # empty today; whoever finds it may fill it, and its owner will


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file: a key that nobody knows is an error, not a wish that is ignored."""


class Base(_Table, frozen=True, kw_only=True):
    """What one access to one stake begins with."""

    points: Annotated[int, msgspec.Meta(ge=1, le=100)]
    cvss: str

    def __post_init__(self) -> None:
        """Refuse what is no base vector.

        Raises:
            ValueError: says so.
        """
        if not _CVSS.fullmatch(self.cvss):
            raise ValueError("`cvss` is not a base vector of CVSS 4.0")


class Band(_Table, frozen=True, kw_only=True):
    """So many records, and what they add."""

    least: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(name="from")
    points: Points


class Signs(_Table, frozen=True, kw_only=True):
    """What signs of others add."""

    extortion: Points


class InTransit(_Table, frozen=True, kw_only=True):
    """What the connection adds: in clear text, or under TLS."""

    clear: Points
    tls: Points


class Reach(_Table, frozen=True, kw_only=True):
    """Zones and vantages, by patterns of their names, where many can reach what stands there."""

    points: Points
    zones: tuple[str, ...] = ()
    vantages: tuple[str, ...] = ()


class Severities(_Table, frozen=True, kw_only=True):
    """The whole table; `levels` and `days` are for every severity but `info`.

    `tags` are written in small letters, for the inventory's are compared in any case.
    """

    levels: Mapping[Severity, Floor]
    days: Mapping[Severity, Days]
    access: Mapping[Access, Mapping[Stake, Base]]
    categories: Mapping[Label, Points]
    volume: tuple[Band, ...] = ()
    signs: Signs
    transport: InTransit
    reach: Reach
    tags: Mapping[str, Points] = {}

    def __post_init__(self) -> None:
        """Refuse a table with a hole, or with one line too many.

        Raises:
            ValueError: names the field.
        """
        alarming = [level for level in Severity if level is not Severity.INFO]
        _whole("levels", self.levels, alarming)
        _whole("days", self.days, alarming)
        _whole("access", self.access, EXPOSED)
        for access, stakes in self.access.items():
            _whole(f"access.{access}", stakes, Stake)
        _whole("categories", self.categories, Label)
        floors = [self.levels[level] for level in alarming]
        if sorted(set(floors), reverse=True) != floors:
            raise ValueError("`levels` do not fall from critical to low")
        if loud := sorted(tag for tag in self.tags if tag != tag.lower()):
            raise ValueError(f"`tags` has {', '.join(loud)}: write it in small letters")

    def level(self, points: int) -> Severity:
        """Give the severity that a sum comes to; the least alarm is `low`."""
        reached = [level for level, floor in self.levels.items() if points >= floor]
        return min(reached, key=list(Severity).index, default=Severity.LOW)


def load_severities(path: Path | None = None) -> Severities:
    """Read the table: the team's own, or the one that ships with the program.

    Raises:
        Refused: it cannot be read or is wrong; names file and line or field.
    """
    if path is None:
        path, content = Path(NAME), shipped(NAME).read_bytes()
    else:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    raw = tomltext.parse(path, tomltext.decode(path, content))
    for place, value, kind in _entries(raw):
        tomltext.converted(path, value, kind, within=place)
    return tomltext.converted(path, raw, Severities)


def _entries(raw: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    """Give each entry of the tables that are mappings, whose keys no message would name."""
    kinds = {"levels": Floor, "days": Days, "categories": Points, "tags": Points}
    for table, kind in kinds.items():
        for key, value in _mapping(raw.get(table)).items():
            yield f"{table}.{key}", value, kind
    for access, stakes in _mapping(raw.get("access")).items():
        for stake, value in _mapping(stakes).items():
            yield f"access.{access}.{stake}", value, Base


def _mapping(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, Mapping) else {}


def _whole(field: str, there: Iterable[str], expected: Iterable[str]) -> None:
    there, expected = set(there), set(expected)
    if missing := sorted(expected - there):
        raise ValueError(f"`{field}` lacks {', '.join(missing)}")
    if unknown := sorted(there - expected):
        raise ValueError(f"`{field}` has {', '.join(unknown)}, which is never asked for")
