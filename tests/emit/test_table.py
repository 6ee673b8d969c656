"""The table for people."""

import io
import re
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.emit.table import Table
from scanner.inferred import Label, Mark
from scanner.model import Acceptance, Asset, Endpoint, Finding, Holding, Severity, Status
from scanner.reach import Reach
from tests.exposures import coverage, day, endpoint, exposure, shut_service

EXTORTION = Mark(what="extortion", holdings=1, because="a name", advice="preserve the logs")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def printed(*findings: Finding) -> list[str]:
    """Print a table without coverage, and give its lines without trailing blanks."""
    stream = io.StringIO()
    _print(stream, *findings)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_without_a_terminal_a_finding_is_one_line() -> None:
    """A mail or a log shows what is open, where, what it holds and whose it is."""
    assert printed(exposure())[2] == (
        "high       new      open     Elasticsearch 2.4.6   192.0.2.7:9200   "
        "1 (1,204 records) faxes   Radiology"
    )


SIGNED = Acceptance(
    until=day(5).replace(hour=0),
    reason="moves in May",
    approver="CISO",
    severity=Severity.HIGH,
    since=day(0),
)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"status": Status.ACCEPTED, "accepted": SIGNED}, "accepted until 2026-03-05"),
        ({"status": Status.CHANGED, "accepted": SIGNED}, "changed, accepted until 2026-03-05"),
        ({"status": Status.REOPENED, "regressed": True}, "reopened REGRESSED"),
    ],
)
def test_what_is_accepted_stays_in_the_table_with_its_last_day(
    changes: dict[str, object], shown: str
) -> None:
    """And a lock that was undone is told as loudly as the rest."""
    assert re.split(" {2,}", printed(exposure(**changes))[2])[1] == shown


def test_the_worst_comes_first_and_then_the_address_as_a_number() -> None:
    """Nobody has to look for what matters."""
    lines = printed(
        exposure(endpoint=endpoint(10)),
        exposure(endpoint=endpoint(9)),
        exposure(endpoint=Endpoint(address="2001:db8::1", port=1), severity=Severity.CRITICAL),
    )

    assert [line.split()[0] for line in lines[2:5]] == ["critical", "high", "high"]
    assert [line.split()[5] for line in lines[2:5]] == [
        "[2001:db8::1]:1",
        "192.0.2.9:9200",
        "192.0.2.10:9200",
    ]


@pytest.mark.parametrize(
    ("holdings", "total", "shown"),
    [
        ((Holding(name="a", kind="db"),), 1, "1 a"),
        ((Holding(name="a", kind="db", records=1234),), 1, "1 (1,234 records) a"),
        ((Holding(name="a", kind="db", records=5),), 3, "3 (at least 5 records) a"),
    ],
)
def test_holdings_are_summed_up_and_a_part_is_called_a_part(
    holdings: tuple[Holding, ...], total: int, shown: str
) -> None:
    """A sum of what was listed is only the sum if everything was listed and counted."""
    line = printed(exposure(holdings=holdings, holdings_total=total))[2]

    assert re.split(" {2,}", line)[5] == shown


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"label": Label.HEALTH}, "health: 1 (1,204 records) faxes"),
        (
            {"label": Label.COMMUNICATIONS, "holdings_total": 0, "records": 0},
            "communications: none",
        ),
        (
            {"label": Label.COMMUNICATIONS, "holdings_total": 0, "records": None},
            "communications: not listed",
        ),
        ({"signs": (EXTORTION,)}, "1 (1,204 records) SIGN OF EXTORTION faxes"),
    ],
)
def test_a_label_and_a_sign_stand_where_no_name_can_forge_them(
    changes: dict[str, object], shown: str
) -> None:
    """Our own words come before the first name that the server chose."""
    assert re.split(" {2,}", printed(exposure(**changes))[2])[5] == shown


def test_the_name_that_the_scope_pinned_is_shown_beside_the_address() -> None:
    """People know their servers by name."""
    named = Endpoint(address="192.0.2.7", port=9200, host="pacs.example")

    assert "192.0.2.7:9200 pacs.example" in printed(exposure(endpoint=named))[2]


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_a_server_can_neither_redraw_nor_colour_the_table(stream: type[io.StringIO]) -> None:
    """Terminal escapes, overrides and rich's own markup are shown as they were said."""
    out = stream()

    _print(out, exposure(product="\x1b[2J\x9b", version="\u202e[red]x", holdings=()))

    said = "".join(out.getvalue().split())
    assert r"\x1b[2J\x9b" in said
    assert r"\u202e[red]x" in said
    assert "\x1b[2J" not in out.getvalue()


@given(st.text(st.characters()))
def test_no_text_breaks_out_of_its_line(said: str) -> None:
    """Whatever a server and an inventory say, the table has one line for a finding."""
    holdings = (Holding(name=said, kind=said),)
    asset = Asset(owner=said)

    lines = printed(exposure(product=said, version=said, holdings=holdings, asset=asset))

    assert len(lines) == 4
    assert all(line.isprintable() for line in lines)


def test_colour_is_for_terminals_and_no_color_is_honoured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """NO_COLOR leaves the words, without a colour."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = Terminal(), Terminal()

    _print(coloured, exposure())
    monkeypatch.setenv("NO_COLOR", "1")
    _print(plain, exposure())

    assert "\x1b[1;31mhigh" in coloured.getvalue()
    assert "31m" not in plain.getvalue()
    assert "high" in plain.getvalue()


def test_what_was_reached_is_said_below() -> None:
    """A reader sees what the round can speak for."""
    out = io.StringIO()
    table = Table(out)
    table.service(shut_service())
    table.finding(exposure())
    table.coverage(coverage())
    table.close()

    assert out.getvalue().splitlines()[-3:] == [
        (
            "1,256 endpoints planned: 2 open, 1,200 closed, 44 filtered, 0 unreachable, "
            "10 skipped (10 denied-port)."
        ),
        "What answered: 1 open; could not be told: 1 timeout.",
        "Seen exposed in this round: 1 high. 77 asks in 12.0 s.",
    ]
    assert out.getvalue().count("Elasticsearch") == 1


@pytest.mark.parametrize(
    ("met", "said"),
    [
        ({"paused": 3600.0}, "seconds paused for closed windows: 3,600.0"),
        ({"slowed": 3}, "slow-downs for strain on the network: 3"),
        ({"catch_all": 2}, "hosts that seem to answer on every port: 2"),
        (
            {"paused": 1.5, "catch_all": 1},
            "seconds paused for closed windows: 1.5, hosts that seem to answer on every port: 1",
        ),
    ],
)
def test_what_a_round_met_on_its_way_is_said(met: dict[str, float], said: str) -> None:
    """What most rounds do not meet has a line of its own, and only then."""
    out = io.StringIO()
    Table(out).coverage(coverage(**met))

    assert out.getvalue().splitlines()[-1] == f"On the way: {said}."


def test_a_round_that_did_not_see_everything_says_so_last() -> None:
    """Nothing open is never the last word of an incomplete round."""
    out = io.StringIO()
    table = Table(out)
    table.coverage(coverage(complete=False, why_incomplete=("the window closed",), findings={}))

    lines = out.getvalue().splitlines()
    assert lines[0] == (
        "No open door was seen: 1,202 endpoints answered; nothing is known of 54 others."
    )
    assert lines[-1] == "INCOMPLETE: the window closed."


def test_a_range_where_nothing_answered_is_said_aloud() -> None:
    """A sum over all ranges would hide it."""
    out = io.StringIO()
    dark = Reach(planned=90, reached=0, closed=0, filtered=90, unreachable=0)
    lit = Reach(planned=90, reached=1, closed=8, filtered=0, unreachable=1, skipped={"printer": 80})
    Table(out).coverage(
        coverage(
            by_range={"192.0.2.0/25": lit, "192.0.2.128/25": dark},
            by_owner={"": dark, "Radiology": dark, "Cardiology": lit},
        )
    )

    assert out.getvalue().splitlines()[2:5] == [
        "NOTHING ANSWERED in 192.0.2.128/25 (90 endpoints).",
        "NOTHING ANSWERED of what belongs to Radiology (90 endpoints).",
        "Answered by range: 192.0.2.128/25 0 of 90, 192.0.2.0/25 9 of 10.",
    ]


def test_parts_that_were_left_out_on_purpose_are_not_dark() -> None:
    """Printers alone: nothing was to answer there."""
    out = io.StringIO()
    left = Reach(planned=9, reached=0, closed=0, filtered=0, unreachable=0, skipped={"printer": 9})
    Table(out).coverage(coverage(by_range={"192.0.2.0/25": left}))

    assert "NOTHING ANSWERED" not in out.getvalue()


def test_hosts_on_no_list_are_named() -> None:
    """The first of them; all of a thousand are in the coverage."""
    out = io.StringIO()
    unlisted = tuple(f"192.0.2.{last}" for last in range(1, 12))
    Table(out).coverage(coverage(unlisted=unlisted, unlisted_total=11))

    assert out.getvalue().splitlines()[-1] == (
        f"On no list, and answering: 11 hosts: {', '.join(unlisted[:10])}, …."
    )


def test_a_locale_without_the_letters_does_not_end_the_report(tmp_path: Path) -> None:
    """What cannot be encoded is escaped."""
    path = tmp_path / "report.txt"
    with path.open("w", encoding="latin-1") as out:
        _print(out, exposure(product="病院"))

    assert r"\u75c5\u9662" in path.read_text("latin-1")


def _print(out: TextIO, *findings: Finding) -> None:
    table = Table(out)
    for finding in findings:
        table.finding(finding)
    table.close()
