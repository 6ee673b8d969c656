"""Markdown, read by markdown-it: as GitHub and GitLab read it, tables and links included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from scanner.emit.formats import Format
from scanner.emit.markdown import prose
from scanner.model import Finding, Holding, Status
from scanner.reach import Reach
from tests.emit.test_formats import HOSTILE, document, saying
from tests.exposures import coverage, exposure

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")

#: Cells of a row.
COLUMNS = 8


def tokens(*findings: Finding) -> list[Token]:
    """Read a page as a tree without branches."""
    read = READER.parse(document(Format.MARKDOWN, *findings, reached=coverage()))
    return [part for one in read for part in (one.children or [one])]


def cells(*findings: Finding) -> list[str]:
    """Give the cells of all bodies of tables."""
    read = READER.parse(document(Format.MARKDOWN, *findings, reached=coverage()))
    return [read[place + 1].content for place, one in enumerate(read) if one.type == "td_open"]


def test_a_finding_is_a_row_with_its_remedy_below() -> None:
    """What is open, where, what it holds, whose it is and what to do."""
    page = document(Format.MARKDOWN, exposure(), reached=coverage())

    assert cells(exposure()) == [
        "high",
        "new",
        "open",
        "`Elasticsearch 2.4.6`",
        "`192.0.2.7:9200`",
        "1, 1,204 records `faxes`",
        "unknown",
        "`Radiology`",
    ]
    assert "### Elasticsearch lists its indices to anyone\n\nDemand a password.\n" in page
    assert "- <https://example.org/es>\n" in page
    assert "1,256 endpoints planned, 2 open, 1,200 closed" in page


def test_what_cannot_be_listed_is_not_called_nothing() -> None:
    """Nor is a part of the records called all of them."""
    part = (Holding(name="a", kind="table", records=7),)

    unlisted = cells(exposure(holdings=(), holdings_total=0))
    partly = cells(exposure(holdings=part, holdings_total=5))

    assert (unlisted[5], partly[5]) == ("not listed", "5, at least 7 records `a`")


def test_what_was_resolved_stands_apart() -> None:
    """Nobody acts on a door that is shut."""
    page = document(Format.MARKDOWN, exposure(status=Status.RESOLVED))
    before, _, after = page.partition("## Resolved")

    assert "192.0.2.7" not in before
    assert "192.0.2.7" in after.partition("## What to do")[0]


def test_what_was_not_seen_stands_above_the_findings() -> None:
    """A page without rows is not a network without open doors."""
    dark = Reach(planned=8, reached=0, closed=0, filtered=8, unreachable=0)
    text = document(Format.MARKDOWN, exposure(), reached=coverage(by_range={"192.0.2.0/29": dark}))

    said = "- NOTHING ANSWERED in 192.0.2.0/29 (8 endpoints)."
    assert 0 < text.index(said) < text.index("| severity |")
    assert text.count("NOTHING ANSWERED") == 1


def test_an_incomplete_round_says_so_first() -> None:
    """What was not seen is as loud as what was."""
    reached = coverage(complete=False, why_incomplete=("the window closed",))

    assert "**Incomplete:** the window closed." in document(Format.MARKDOWN, reached=reached)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_others_say_is_mark_up(text: str) -> None:
    """No tag, no picture, no link, and no cell more than there are columns."""
    kinds = {token.type for token in tokens(saying(text))}

    assert not kinds & {"html_inline", "html_block", "image", "link_open", "s_open"}
    assert len(cells(saying(text))) == COLUMNS


@given(st.text())
def test_a_row_has_its_cells_whatever_a_server_says(text: str) -> None:
    """Names are code to the end."""
    assert len(cells(saying(text))) == COLUMNS


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"])))
def test_our_own_words_are_text(text: str) -> None:
    """A title of somebody's probe is no mark-up either."""
    inline = READER.parseInline(f"x{prose(text)}")[0].children or []

    assert {one.type for one in inline} <= {"text", "text_special"}
