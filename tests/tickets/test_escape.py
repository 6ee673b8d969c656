"""What values become in the mark-up of a ticket: text, and nothing but text."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.plaintext import printable
from scanner.tickets.escape import MAX_VALUE, Link, Markup, escape

APART = "\N{ZERO WIDTH SPACE}"

#: What trackers make links, mentions and commands of wherever it stands in the text that is shown.
#: Redmine's are those of its `application_helper.rb`, and were rendered by a running 5.0.4.
ALIVE = re.compile(
    r"(?i)https?://|ftp://|\bwww\.|@\w|[#!~%&$]\w|(?<![a-z0-9])g[hl]-\d|\{\{|\[\[|(?<![a-z0-9])r\d"
    r"|(?<![a-z0-9])(attachment|commit|document|export|forum|message|news|project|source|user"
    r"|version):\S"
)

#: What a mark-up takes away when it is shown.
_NOTHING, _BACKSLASH = re.compile(r"(?!)()"), re.compile(r"\\([^\w\s])")
TAKEN_LITERALLY = dict.fromkeys(Markup, _NOTHING) | {
    Markup.MARKDOWN: _BACKSLASH,
    Markup.WIKI: _BACKSLASH,
}

#: Pieces that mean something somewhere, more often than any characters do.
PIECES = st.sampled_from(
    [
        "http://",
        "www.",
        "@all",
        "#1",
        "{{",
        "}}",
        "[[",
        "user:",
        "r1",
        "<",
        "</notextile>",
        "&lt;",
        '"a":/b',
        "*",
        "_",
        "-",
        "==",
        "`",
        "!",
        "\\",
        "x",
        "%",
        "&1",
        "GH-1",
        "|",
    ]
)
VALUES = st.lists(PIECES | st.text(max_size=3) | st.just(" "), max_size=12).map("".join)


@pytest.mark.parametrize("markup", Markup)
@given(value=VALUES)
@example(value="www.evil.example")
@example(value="[[[x]]]")
@example(value="user:user:x")
@example(value="%1 &1 $1 GH-1 gl-1")
def test_nothing_in_a_value_wakes_anybody_or_links_anywhere(markup: Markup, value: str) -> None:
    """In any mark-up: what is looked for in the text that is shown is not in it."""
    written = escape(value, markup).removeprefix("<notextile>")
    shown = TAKEN_LITERALLY[markup].sub(r"\1", written)
    shown = html.unescape(shown) if markup is Markup.HTML else shown

    assert ALIVE.search(shown) is None


@given(value=VALUES)
def test_textile_holds_a_value_in_one_span(value: str) -> None:
    """Its span is ended by nothing in it, and what is without one has no signs."""
    written = escape(value, Markup.TEXTILE)
    inside = written.removeprefix("<notextile>").removesuffix("</notextile>")

    assert re.search(r"<[/!\w]", inside) is None
    assert inside != written or re.search(r"""[^\w .,/:\u200b-]|_|(^| )-|-( |$)""", written) is None


@given(value=VALUES)
def test_a_reader_sees_the_value(value: str) -> None:
    """Nothing is lost, and nothing is shown in its place."""
    written = escape(value, Markup.TEXTILE)
    shown = written.removeprefix("<notextile>").removesuffix("</notextile>")

    assert shown.replace(APART, "") == printable(value, MAX_VALUE).replace(APART, "")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("fax-es-01", "fax-es-01"),
        ("198.18.0.2:9200", "198.18.0.2:9200"),
        ("*b*", "<notextile>*b*</notextile>"),
        ('"x":/y', '<notextile>"x":/y</notextile>'),
        ("</notextile>", f"<notextile><{APART}/notextile></notextile>"),
        ("a & b", "<notextile>a & b</notextile>"),
    ],
)
def test_textile_is_written_as_it_is_where_it_means_nothing(value: str, written: str) -> None:
    """So that a ticket can be read where it is edited as well."""
    assert escape(value, Markup.TEXTILE) == written


def test_a_reference_of_ours_may_be_followed() -> None:
    """It is a link where it is nothing but a URL."""
    assert escape(Link("https://redis.io/docs"), Markup.TEXTILE) == "https://redis.io/docs"
    assert (
        escape(Link("https://redis.io @all"), Markup.PLAIN)
        == f"https:{APART}//redis.io @{APART}all"
    )
