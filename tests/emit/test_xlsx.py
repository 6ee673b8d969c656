"""The workbook, read by openpyxl."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from scanner.emit import Unwritable, xlsx
from scanner.emit.flat import COLUMNS
from scanner.emit.formats import Format, renderer
from scanner.emit.report import Report
from scanner.model import Coverage, Finding, Holding
from scanner.reach import Reach
from tests.emit.test_formats import HOSTILE, saying
from tests.exposures import coverage, exposure


@contextmanager
def workbook(*findings: Finding, reached: Coverage | None = None) -> Iterator[Workbook]:
    """Write a workbook and read it."""
    written = b"".join(renderer(Format.XLSX)(Report(findings, reached)))
    book = load_workbook(BytesIO(written))
    try:
        yield book
    finally:
        book.close()


def test_a_finding_is_a_row_of_numbers_and_texts() -> None:
    """One can sort by the records, and filter by the owner."""
    with workbook(exposure(), reached=coverage()) as book:
        head, row = book["findings"].iter_rows(values_only=True)

    cells = dict(zip(head, row, strict=True))
    assert head == COLUMNS
    assert (cells["records"], cells["port"], cells["owner"]) == (1204, 9200, "Radiology")


def test_the_coverage_has_a_sheet() -> None:
    """What was not reached is in the same file."""
    with workbook(reached=coverage()) as book:
        told = {str(row[0]): row[1] for row in book["coverage"].iter_rows(values_only=True)}

    assert (told["planned"], told["filtered"], told["complete"]) == (1256, 44, "True")


def test_what_was_reached_of_each_part_has_a_sheet() -> None:
    """However many parts there are: a cell would not hold them."""
    part = Reach(planned=9, reached=1, closed=2, filtered=3, unreachable=0, skipped={"printer": 3})
    parts = {f"192.0.2.{last}/32": part for last in range(256)}
    with workbook(reached=coverage(by_range=parts, by_owner={"=cmd()": part})) as book:
        head, first, *rest = book["reach"].iter_rows(values_only=True)
        names = {row[0] for row in book["coverage"].iter_rows(values_only=True)}

    assert head[:3] == ("part", "name", "planned")
    assert first == ("by_range", "192.0.2.0/32", 9, 1, 2, 3, 0, 3)
    assert len(rest) == 256
    assert rest[-1][1] == "'=cmd()"
    assert "by_range" not in names


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_cell_is_calculated_or_leads_anywhere(text: str) -> None:
    """Whatever a server says is text."""
    with workbook(saying(text)) as book:
        cells = [cell for row in book["findings"].iter_rows(min_row=2) for cell in row]

    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []
    assert [cell.value for cell in cells if str(cell.value).startswith(("=", "+", "-", "@"))] == []


def test_more_findings_than_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is left out in silence."""
    monkeypatch.setattr(xlsx, "MAX_ROWS", 2)

    with pytest.raises(Unwritable, match="use csv"), workbook(exposure(), exposure()):
        pass


@pytest.mark.parametrize(
    ("told", "shown"), [(1 << 53, 1 << 53), ((1 << 53) + 1, "9007199254740993")]
)
def test_a_number_that_a_cell_cannot_hold_is_a_text(told: int, shown: object) -> None:
    """A sheet calculates with doubles, and would show another one."""
    with workbook(exposure(holdings=(Holding(name="a", kind="b", bytes=told),))) as book:
        head, row = book["findings"].iter_rows(values_only=True)

    assert dict(zip(head, row, strict=True))["bytes"] == shown
