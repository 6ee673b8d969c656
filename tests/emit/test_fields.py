"""What is known of a finding is in every format that has a place for it, as the page says."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scanner.emit.formats import Format, renderer
from scanner.emit.report import Report
from scanner.inferred import Category, DataCategory, Label, Mark
from scanner.judged import Factor, Growth, Reason
from scanner.model import Acceptance, Severity, Status
from tests.exposures import coverage, day, exposure
from tests.test_docs import DOCS, rows, section

#: A finding of which everything is known.
KNOWN = exposure(
    severity=Severity.CRITICAL,
    status=Status.REOPENED,
    why=(Reason(factor=Factor.ACCESS, found="anyone may list it", points=40),),
    cvss="CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N",
    accepted=Acceptance(
        until=day(9), reason="a lab", approver="Dr Weiss", severity=Severity.CRITICAL, since=day(0)
    ),
    case="0c0ffee0case",
    label=Label.POSSIBLE_HEALTH,
    categories=(DataCategory(name=Category.FAX_DOCUMENT, confidence=0.9, words=("faxes",)),),
    signs=(Mark(what="extortion", holdings=1, because="a name", advice="keep the logs"),),
    regulation=("gdpr:33",),
    open_since=datetime(2025, 11, 3, tzinfo=UTC),
    due=datetime(2026, 5, 4, tzinfo=UTC),
    oldest=datetime(2019, 6, 7, tzinfo=UTC),
    growth=Growth(records=4321, since=day(-1)),
    regressed=True,
)

#: What a document holds if it tells the field, one of them.
TELLS = {
    "severity": ("critical", "Critical"),
    "why": ("anyone may list it",),
    "cvss": ("CVSS:4.0/AV:A",),
    "status": ("reopened", '"active"'),
    "accepted": ("Dr Weiss",),
    "case": ("0c0ffee0case",),
    "label": ("possible-health",),
    "categories": ("fax_document",),
    "signs": ("extortion", "keep the logs"),
    "regulation": ("gdpr:33",),
    "open_since": ("2025-11-03",),
    "due": ("2026-05-04",),
    "oldest": ("2019-06-07",),
    "growth": ("4321", "4,321"),
    "regressed": ("yes", '"regressed": true', '"regressed":true', "it had been locked"),
}

#: The columns of the page.
FORMATS = ("csv", "markdown", "html", "prometheus", "ocsf", "sarif", "defectdojo", "junit", "ecs")
PAGE = section(Path(DOCS / "formats.md"), "## Where each field is")
TABLE = {cells[0].strip("`"): dict(zip(FORMATS, cells[1:], strict=True)) for cells in rows(PAGE)}


@pytest.mark.parametrize("name", TELLS)
@pytest.mark.parametrize("form", [form for form in FORMATS if form != "prometheus"])
def test_a_field_is_where_the_page_has_a_place_for_it(form: str, name: str) -> None:
    """And nowhere else: a reader of the page looks in vain in no document."""
    written = b"".join(renderer(Format(form))(Report((KNOWN,), coverage()))).decode()

    assert any(word in written for word in TELLS[name]) == (TABLE[name][form] != "-")


@pytest.mark.parametrize("name", TELLS)
def test_metrics_have_the_names_that_the_page_gives(name: str) -> None:
    """They count findings; what can be counted of none of them has no place."""
    written = b"".join(renderer(Format.PROMETHEUS)(Report((KNOWN,), coverage()))).decode()
    place = TABLE[name]["prometheus"].strip("`")

    assert place == "-" or place in written


@pytest.mark.parametrize("name", TELLS)
def test_a_workbook_has_the_columns_of_the_csv(name: str) -> None:
    """With what they hold."""
    book = load_workbook(
        BytesIO(b"".join(renderer(Format.XLSX)(Report((KNOWN,), coverage())))), read_only=True
    )
    head, row = book["findings"].iter_rows(values_only=True)
    book.close()
    cells = dict(zip(map(str, head), row, strict=True))
    columns = [column.strip("`") for column in TABLE[name]["csv"].split(", ")]

    assert any(word in str(cells[column]) for column in columns for word in TELLS[name])


def test_the_page_names_every_field_that_is_tested() -> None:
    """In the order of the table."""
    assert list(TABLE) == list(TELLS)
