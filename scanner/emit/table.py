"""A table for people: worst first, what was reached below it, nothing of a server's unescaped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import TextIOWrapper
from typing import TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from scanner.addresses import parse_address
from scanner.emit import reach
from scanner.emit.flat import counted
from scanner.inferred import Label
from scanner.model import Coverage, Finding, ServiceSeen, Severity, Status
from scanner.plaintext import printable

#: Without a terminal nobody needs lines to fit: a mail or a log takes a finding a line.
UNBOUNDED = 10_000

#: A cell shows enough of a name to recognise it; the whole of it is in the JSON Lines.
MAX_CELL = 60

#: Enough to see that the inventory lacks something; the rest is in the coverage.
MAX_UNLISTED = 10

HEADINGS = ("severity", "status", "access", "product", "endpoint", "holdings", "owner")

#: The columns of our own words, which are never broken.
SHORT = frozenset(HEADINGS[:3])

STYLES = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, and where it stands in it. Keeps no holding in memory."""

    severity: Severity
    status: str
    gravity: tuple[int, int, int]
    place: tuple[int, int, int]
    cells: tuple[str, ...]


class Table:
    """Gathers a round's findings and prints them when it ends, however it ends.

    On a terminal it fits the width and has colours, unless NO_COLOR is set.
    """

    def __init__(self, stream: TextIO) -> None:
        """Print to a text stream, which stays open."""
        self._console = _console(stream)
        self._rows: list[Row] = []
        self._printed = False

    def finding(self, finding: Finding) -> None:
        """Keep one line for the end."""
        self._rows.append(_row(finding))

    def service(self, service: ServiceSeen) -> None:
        """Leave it out: a shut door is nothing to act on."""

    def coverage(self, coverage: Coverage) -> None:
        """Print the table, and what the round reached."""
        self._print(_nothing_open(coverage))
        for line in _summary(coverage):
            self._say(line)

    def close(self) -> None:
        """Print what there is, if no coverage came."""
        if not self._printed:
            self._print()

    def _print(self, nothing: str = "No open door was seen.") -> None:
        self._printed = True
        if not self._rows:
            self._say(nothing)
            return
        wrap = self._console.is_terminal
        grid = Grid(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for heading in HEADINGS:
            grid.add_column(heading, no_wrap=heading in SHORT or not wrap, overflow="fold")
        for row in sorted(self._rows, key=_worst_first):
            grid.add_row(
                Text(row.severity, style=STYLES[row.severity]),
                row.status,
                *map(Text, row.cells),
            )
        self._console.print(grid)
        self._say()

    def _say(self, line: str = "") -> None:
        self._console.print(Text(line))


def _console(stream: TextIO) -> Console:
    if isinstance(stream, TextIOWrapper):
        # A name in a script that the locale lacks must not end the report.
        stream.reconfigure(errors="backslashreplace")
    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = UNBOUNDED
    return console


def _row(finding: Finding) -> Row:
    endpoint = finding.endpoint
    address = parse_address(endpoint.address)
    product = f"{finding.product} {finding.version or ''}".rstrip()
    cells = (finding.access, product, _where(finding), _holdings(finding), _owner(finding))
    return Row(
        finding.severity,
        _status(finding),
        finding.gravity,
        (address.version, int(address), endpoint.port),
        tuple(printable(cell, MAX_CELL) for cell in cells),
    )


def _status(finding: Finding) -> str:
    """Say where it stands, that a lock was undone, and until when somebody has accepted it."""
    status = f"{finding.status} REGRESSED" if finding.regressed else finding.status.value
    if finding.accepted is None:
        return status
    last_day = (finding.accepted.until - timedelta(days=1)).date()
    said = status if finding.status is Status.ACCEPTED else f"{status}, accepted"
    return f"{said} until {last_day}"


def _where(finding: Finding) -> str:
    endpoint = finding.endpoint
    return f"{endpoint} {endpoint.host}" if endpoint.host else str(endpoint)


def _holdings(finding: Finding) -> str:
    """Say what they are, how many, how many records, and the first name.

    `health: 3 (1,204 records) faxes`: our own words come first, where no name can stand for them.
    """
    label = "" if finding.label is Label.UNKNOWN else f"{finding.label}: "
    if not finding.listed:
        return f"{label}{'not listed' if finding.listed is None else 'none'}"
    records = f" ({said})" if (said := counted(finding)) else ""
    first = f" {finding.holdings[0].name}" if finding.holdings else ""
    sign = " SIGN OF EXTORTION" if finding.signs else ""
    return f"{label}{finding.listed:,}{records}{sign}{first}"


def _owner(finding: Finding) -> str:
    return finding.asset.owner or finding.asset.contact or "unknown"


def _worst_first(row: Row) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    return row.gravity, row.place


def _nothing_open(coverage: Coverage) -> str:
    """Say of how much nothing is known, before anybody takes silence for safety."""
    answered = coverage.reached + coverage.closed
    said = f"No open door was seen: {answered:,} endpoints answered"
    if unknown := coverage.planned - answered:
        return f"{said}; nothing is known of {unknown:,} others."
    return f"{said}, which are all."


def _summary(coverage: Coverage) -> Iterator[str]:
    """Say what was reached as plainly as what was found: silence is not safety."""
    yield (
        f"{coverage.planned:,} endpoints planned: {coverage.reached:,} open, "
        f"{coverage.closed:,} closed, {coverage.filtered:,} filtered, "
        f"{coverage.unreachable:,} unreachable, {sum(coverage.skipped.values()):,} skipped"
        f"{_detail(coverage.skipped)}."
    )
    yield from reach.lines(coverage)
    if coverage.access or coverage.unknown:
        yield (
            f"What answered: {_listed(coverage.access.items()) or 'nothing was settled'}; "
            f"could not be told: {_listed(coverage.unknown.items()) or 'none'}."
        )
    accepted = f" (accepted: {_listed(coverage.accepted.items())})" if coverage.accepted else ""
    yield (
        f"Seen exposed in this round: {_listed(coverage.findings.items()) or 'nothing'}{accepted}. "
        f"{coverage.asks_sent:,} asks in {coverage.duration:,.1f} s."
    )
    if coverage.unlisted_total:
        more = ", …" if coverage.unlisted_total > MAX_UNLISTED else ""
        yield (
            f"On no list, and answering: {coverage.unlisted_total:,} hosts: "
            f"{', '.join(coverage.unlisted[:MAX_UNLISTED])}{more}."
        )
    if hindered := ", ".join(_hindrances(coverage)):
        yield f"On the way: {hindered}."
    if not coverage.complete:
        why = "; ".join(printable(reason) for reason in coverage.why_incomplete)
        yield f"INCOMPLETE: {why or 'no reason was given'}."


def _hindrances(coverage: Coverage) -> Iterator[str]:
    """Say what the round met, of what most rounds do not meet."""
    if coverage.paused:
        yield f"seconds paused for closed windows: {coverage.paused:,.1f}"
    if coverage.slowed:
        yield f"slow-downs for strain on the network: {coverage.slowed:,}"
    if coverage.catch_all:
        yield f"hosts that seem to answer on every port: {coverage.catch_all:,}"


def _listed(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{number:,} {printable(name)}" for name, number in counts)


def _detail(counts: dict[str, int]) -> str:
    return f" ({_listed(counts.items())})" if counts else ""
