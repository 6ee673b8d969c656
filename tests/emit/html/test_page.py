"""The page as a text: its policy, its words, its data. A browser judges it in the file beside."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from scanner.emit.html import render
from scanner.emit.report import Report
from scanner.model import Coverage, Finding
from scanner.past import Past
from scanner.reach import Reach
from tests.emit.html.estate import past
from tests.exposures import coverage, exposure


def page(*findings: Finding, reached: Coverage | None = None, before: Past | None = None) -> str:
    """Render a page as text."""
    report = Report(findings, reached, before or Past())
    return b"".join(render(report)).decode()


def between(text: str, opening: str, closing: str) -> str:
    """Give what stands between two marks, the first time."""
    return text.split(opening, 1)[1].split(closing, 1)[0]


class Loads(HTMLParser):
    """Notes whatever a browser would fetch or run, and attributes that the policy forbids."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note sources, styles and handlers."""
        forbidden = re.compile(r"src|srcset|style|background|data|on.*")
        self.found += [(tag, name) for name, _ in attrs if forbidden.fullmatch(name)]
        self.found += [(tag, "") for _ in [0] if tag in {"link", "iframe", "object", "base", "img"}]


def test_the_page_loads_nothing_and_has_no_handler_in_its_mark_up() -> None:
    """It can be read on a machine without a network, and tells nobody that it was read."""
    loads = Loads()
    loads.feed(page(exposure(), reached=coverage(), before=past("f1")))

    assert loads.found == []


@pytest.mark.parametrize(("directive", "tag"), [("script-src", "script"), ("style-src", "style")])
def test_the_policy_allows_what_is_in_the_page_by_its_hash_and_nothing_else(
    directive: str, tag: str
) -> None:
    """A text that broke out of its place would still not run."""
    said = page(exposure(), reached=coverage())
    content = between(said, f"<{tag}>", f"</{tag}>").encode()
    expected = base64.b64encode(hashlib.sha256(content).digest()).decode()

    policy = between(said, 'Content-Security-Policy" content="', '"')
    assert f"{directive} 'sha256-{expected}';" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_the_findings_are_in_the_page_as_data() -> None:
    """What a probe says is there once, however often it was right."""
    said = page(exposure(), exposure(fingerprint="f2"), reached=coverage())

    data = json.loads(between(said, 'id="data">', "</script>"))
    assert [finding["id"] for finding in data["findings"]] == ["f1", "f2"]
    assert [about["probe"] for about in data["abouts"]] == ["elasticsearch"]


@pytest.mark.parametrize(
    "text", ["</script><script>alert(1)</script>", "@@data@@", "<!--<script>", "{{ 7 * 7 }}"]
)
def test_no_name_ends_the_data_or_is_taken_for_a_template(text: str) -> None:
    """Names in the data and in the tables above it are text."""
    said = page(exposure(product=text, title=text), reached=coverage(vantage=text))

    data = json.loads(between(said, 'id="data">', "</script>"))
    assert data["findings"][0]["product"] == f"{text} 2.4.6"
    assert said.count("<script") == 2


@pytest.mark.parametrize(
    "sentence",
    ["No open door was seen in what was reached.", "What was not reached is not known to be shut"],
)
def test_no_finding_is_never_called_clean(sentence: str) -> None:
    """What was not reached may be open."""
    assert sentence in page(reached=coverage(findings={}))


def test_the_coverage_stands_beside_the_findings() -> None:
    """Whoever reads one number reads the other."""
    glance = between(page(exposure(), reached=coverage()), '<section class="glance">', "</section>")

    assert "Open doors: 1" in glance
    assert "Answered, open or closed: 1,202 of 1,256 planned endpoints (95%)" in glance


def test_no_escape_is_in_what_we_say_ourselves() -> None:
    """A backslash before a letter is what becomes of a server's control characters, not of ours."""
    top = page(exposure(), reached=coverage(), before=past("f1")).split('id="data">')[0]

    assert "\\" not in top.split("</style>")[1]


def test_a_report_of_several_rounds_says_that_it_has_no_coverage() -> None:
    """It does not pass for one of a round that saw everything."""
    assert "It says nothing of what was not reached." in page(exposure())


def test_the_darkest_range_and_owner_come_first() -> None:
    """A range of which nothing answered is not lost in a sum."""
    lit = Reach(planned=9, reached=1, closed=8, filtered=0, unreachable=0)
    dark = Reach(planned=9, reached=0, closed=0, filtered=9, unreachable=0)
    parts = {"10.0.0.0/24": lit, "10.0.1.0/24": dark}
    said = page(reached=coverage(by_range=parts, by_owner={"": lit, "Laboratory": lit}))
    table = between(said, '<h3 id="by_range-fr">', "</table>")

    assert table.index("10.0.1.0/24") < table.index("a répondu</span>") < table.index("10.0.0.0/24")
    assert "responsable inconnu" in between(said, '<h3 id="by_owner-fr">', "</table>")


def test_an_incomplete_round_says_so_and_why() -> None:
    """At the top, where nobody misses it."""
    said = page(reached=coverage(complete=False, why_incomplete=("a <signal>",)))

    assert "This round is incomplete." in between(said, '<section class="glance">', "</section>")
    assert "a &lt;signal&gt;" in said


def test_one_round_alone_makes_no_trend() -> None:
    """A chart of one bar would say nothing."""
    said = page(exposure(), reached=coverage(), before=Past((coverage(),)))

    assert "There is no earlier round to compare with." in said


def test_the_same_findings_give_the_same_page() -> None:
    """There is no clock and no chance in it, so two reports can be compared."""
    assert page(exposure(), reached=coverage()) == page(exposure(), reached=coverage())
