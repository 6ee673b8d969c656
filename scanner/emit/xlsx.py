"""A workbook: the rows of the CSV, to be filtered, and the coverage on a sheet of its own."""

from collections.abc import Iterator
from datetime import UTC
from io import BytesIO

import msgspec
import xlsxwriter  # type: ignore[import-untyped] # it has no types
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped] # likewise

from scanner.emit import Unwritable, reach
from scanner.emit.flat import COLUMNS, Cell, row, safe
from scanner.emit.report import Report
from scanner.model import Coverage

#: What Excel takes, the head included.
MAX_ROWS = 1_048_576

#: Every cell is a number or a text: no formula, no link, whatever a text looks like.
_PLAIN = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}

#: As wide as an IPv6 address with a bit of air, in characters.
_WIDTH = 20

#: What has a sheet of its own: a cell holds 32,767 characters.
_PARTS = ("by_range", "by_owner", "by_probe")

#: Beyond it a cell's number, a double, is no longer the one that was told [IEEE 754].
_EXACT = 1 << 53


def render(report: Report) -> Iterator[bytes]:
    """Write the workbook.

    Raises:
        Unwritable: there are more findings than a sheet has rows.
    """
    file = BytesIO()
    with xlsxwriter.Workbook(file, _PLAIN) as book:
        if report.coverage:
            ended = report.coverage.ended.astimezone(UTC)
            book.set_properties({"created": ended.replace(tzinfo=None)})
        _findings(book.add_worksheet("findings"), report)
        if report.coverage:
            _coverage(book.add_worksheet("coverage"), report.coverage)
            _reach(book.add_worksheet("reach"), report.coverage)
    yield file.getvalue()


def _findings(sheet: Worksheet, report: Report) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(COLUMNS) - 1, _WIDTH)
    _write(sheet, 0, COLUMNS)
    last = 0
    for last, finding in enumerate(report.findings, start=1):
        if last >= MAX_ROWS:
            raise Unwritable(f"a sheet has {MAX_ROWS:,} rows, and there are more findings: use csv")
        _write(sheet, last, row(finding))
    sheet.autofilter(0, 0, last, len(COLUMNS) - 1)


def _coverage(sheet: Worksheet, coverage: Coverage) -> None:
    sheet.set_column(0, 1, _WIDTH)
    told = msgspec.to_builtins(coverage)
    whole = {name: value for name, value in told.items() if name not in _PARTS}
    for number, (name, value) in enumerate(whole.items()):
        _write(sheet, number, (name, value if type(value) is int else safe(str(value))))


def _reach(sheet: Worksheet, coverage: Coverage) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 1, _WIDTH)
    _write(sheet, 0, ("part", "name", "planned", *reach.STATES))
    parts = [
        (kind, name, part) for kind in _PARTS for name, part in getattr(coverage, kind).items()
    ]
    for number, (kind, name, part) in enumerate(parts, start=1):
        cells = (kind, safe(name), part.planned, *reach.counts(part).values())
        _write(sheet, number, cells)


def _write(sheet: Worksheet, number: int, cells: tuple[Cell, ...]) -> None:
    for column, cell in enumerate(cells):
        if isinstance(cell, int) and abs(cell) <= _EXACT:
            sheet.write_number(number, column, cell)
        else:
            sheet.write_string(number, column, "" if cell is None else str(cell))
