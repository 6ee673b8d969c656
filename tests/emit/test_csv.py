"""CSV, read by the standard library's reader."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.emit.flat import COLUMNS, MAX_CELL, names, safe
from scanner.emit.formats import Format
from scanner.model import Holding
from tests.emit.test_formats import document
from tests.exposures import exposure


def test_a_finding_is_one_row() -> None:
    """What one sorts, filters and sums up by, each in a column of its own."""
    (row,) = csv.DictReader(StringIO(document(Format.CSV, exposure())))

    assert tuple(row) == COLUMNS
    assert row["severity"] == "high"
    assert (row["address"], row["port"], row["transport"]) == ("192.0.2.7", "9200", "tcp")
    assert (row["holdings"], row["records"], row["bytes"]) == ("1", "1204", "9")
    assert (row["names"], row["owner"], row["tags"]) == ("faxes", "Radiology", "pacs")
    assert row["first_seen"] == "2026-03-01T12:00:00Z"


def test_what_was_not_counted_is_empty_and_not_zero() -> None:
    """Nobody was told that there is nothing."""
    holdings = (Holding(name="a", kind="index"),)
    (row,) = csv.DictReader(StringIO(document(Format.CSV, exposure(holdings=holdings))))

    assert row["records"] == row["bytes"] == ""


def test_what_cannot_be_listed_is_empty_and_not_zero() -> None:
    """A sum over the column must not take it for an empty server."""
    unlisted = exposure(holdings=(), holdings_total=0)
    none = exposure(holdings=(), holdings_total=0, records=0)

    first, second = csv.DictReader(StringIO(document(Format.CSV, unlisted, none)))

    assert (first["holdings"], first["records"]) == ("", "")
    assert (second["holdings"], second["records"]) == ("0", "0")


def test_records_are_of_all_holdings_where_all_were_counted() -> None:
    """A finding names a thousand of them at most."""
    (row,) = csv.DictReader(StringIO(document(Format.CSV, exposure(records=5_000))))

    assert row["records"] == "5000"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "  '=1"),
        ("\t=1", r"\t=1"),
        ("\r=1", r"\r=1"),
        ("a;=1", "a;'=1"),
        ('a;"=1', """a;"'=1"""),
        ('a; "" =1', """a; "" '=1"""),
        ("＝1", "'＝1"),  # noqa: RUF001 - the wide form is the point
        ("a=1", "a=1"),
        ("fax-archive", "fax-archive"),
    ],
)
def test_no_cell_is_a_formula(said: str, shown: str) -> None:
    """What a spreadsheet would calculate begins with an apostrophe instead."""
    assert safe(said) == shown


@given(st.text(), st.sampled_from("=+-@\t\r"))
def test_no_cell_begins_like_a_formula(text: str, sign: str) -> None:
    """Whatever a server says."""
    assert not safe(sign + text).lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
    assert len(safe(text)) <= MAX_CELL * 2


@given(st.text(st.sampled_from("=+-@;\"' \t,a\u00a0")))
def test_no_cell_is_a_formula_where_the_semicolon_divides(text: str) -> None:
    """As a spreadsheet in French opens it: quotation marks then stand elsewhere."""
    written = document(Format.CSV, exposure(product=text, because=text))
    cells = [cell for row in csv.reader(StringIO(written), delimiter=";") for cell in row]

    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_many_names_are_cut_and_say_so() -> None:
    """A cell shows the first of a thousand."""
    many = tuple(Holding(name=f"n{number}", kind="index") for number in range(21))

    assert names(many).endswith("n18, n19, …")
