"""The report as one page of HTML: for whoever decides on top, for whoever repairs below.

The page asks nothing of anybody: no font, no script, no picture comes from elsewhere, and its own
policy forbids it. Scripts and styles are allowed by their hashes, so a name that breaks out of its
place would still do nothing; the list is built from text nodes only.
"""

import base64
import hashlib
from collections.abc import Iterator

import jinja2
import msgspec

from scanner.emit.html import chart
from scanner.emit.html.entry import AboutEntry, about_entry, entry
from scanner.emit.html.summary import Summary
from scanner.emit.html.texts import LANGUAGES, Language, moment, unbroken
from scanner.emit.reach import darkest_first
from scanner.emit.report import Report
from scanner.model import Coverage, Severity, Status
from scanner.plaintext import printable
from scanner.regulation import Regulation
from scanner.shipped import shipped

#: Where the template leaves room for the data, which is too long to be held as one text.
_ROOM = "@@data@@"

#: Ranges, and owners, of which the coverage is shown; the coverage itself has more of them.
MAX_PARTS = 15

#: The sections of words that the script needs.
_SCRIPTED = (
    "page",
    "table",
    "detail",
    "severity",
    "status",
    "access",
    "confidence",
    "label",
    "category",
    "event",
)

#: What could end a script element, or a line of one, within a string of JSON.
_ESCAPES = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026"}


def render(report: Report) -> Iterator[bytes]:
    """Write the page, a finding at a time."""
    languages = [Language.load(code) for code in LANGUAGES]
    # The last: nothing that a server said stands behind the data.
    before, _, after = _frame(report, languages).rpartition(_ROOM)
    yield before.encode()
    yield from _data(report, languages)
    yield after.encode()


def _frame(report: Report, languages: list[Language]) -> str:
    style, script = _part("page.css"), _part("page.js")
    coverage = report.coverage
    summary = Summary.of(report.findings, coverage)
    page = (
        _environment()
        .get_template("page.html")
        .render(
            languages=languages,
            report=report,
            coverage=coverage,
            summary=summary,
            chart=chart,
            darkest_first=darkest_first,
            MAX_PARTS=MAX_PARTS,
            trend=chart.trend(_rounds(report)),
            severities=list(Severity),
            statuses=list(Status),
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
            room=_ROOM,
        )
    )
    # A character that no pager prints; in what servers say it is escaped already.
    return page.replace("\N{NARROW NO-BREAK SPACE}", "&#8239;")


def _rounds(report: Report) -> tuple[Coverage, ...]:
    """Give the rounds of the trend; this one ends them, whether or not the history has it yet."""
    if report.coverage is None:
        return report.past.rounds
    before = (one for one in report.past.rounds if one.round != report.coverage.round)
    return (*before, report.coverage)


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_part),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=printable, moment=moment)
    return environment


def _part(name: str) -> str:
    return shipped(f"report/{name}").read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(report: Report, languages: list[Language]) -> Iterator[bytes]:
    """Write the object that the script reads: words, findings, and what their probes say."""
    words = {
        language.code: {name: language.words[name] for name in _SCRIPTED} for language in languages
    }
    abouts: dict[AboutEntry, int] = {}
    yield b'{"words":' + _json(words) + b',"findings":['
    for number, finding in enumerate(report.findings):
        about = abouts.setdefault(about_entry(finding, languages), len(abouts))
        events = report.past.events.get(finding.fingerprint, ())
        now = report.coverage.ended if report.coverage else finding.last_seen
        yield (b",\n" if number else b"\n") + _json(entry(finding, about, events, now))
    yield b'],"abouts":' + _json(list(abouts)) + b',"rules":' + _json(_rules()) + b"}"


def _rules() -> dict[str, dict[str, tuple[str, str]]]:
    """Give title and question of every rule, in both languages."""
    return {
        pointer.id: {
            "en": (pointer.en.title, pointer.en.question),
            "fr": (unbroken("fr", pointer.fr.title), unbroken("fr", pointer.fr.question)),
        }
        for law in Regulation.load().laws
        for pointer in law.pointers
    }


def _json(value: object) -> bytes:
    text = msgspec.json.encode(value)
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)
    return text
