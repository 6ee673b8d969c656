"""CSV as RFC 4180 has it, in UTF-8: one row a finding, worst first."""

import csv
from collections.abc import Iterator
from io import StringIO

from scanner.emit.flat import COLUMNS, row
from scanner.emit.report import Report


def render(report: Report) -> Iterator[bytes]:
    """Write the head, and a row for each finding. Every text is quoted."""
    yield _line(COLUMNS)
    for finding in report.findings:
        yield _line(row(finding))


def _line(cells: tuple[str | int | None, ...]) -> bytes:
    line = StringIO()
    csv.writer(line, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
    return line.getvalue().encode()
