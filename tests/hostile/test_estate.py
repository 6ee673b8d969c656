"""A thousand servers that attack, a hundred honest ones beside them, and one round over all."""

import csv
import os
from collections import Counter
from io import StringIO

import pytest
from markdown_it import MarkdownIt

from tests.hostile.estate import DEAF, HONEST, HOSTILE
from tests.hostile.kinds import PORTS, hostile
from tests.hostile.lures import Lures
from tests.hostile.rounds import OUTPUTS, Ended, walk_estate

#: Seconds. Two hundred servers say nothing for up to twice the six seconds of an ask, and 64 are
#: spoken with at a time: some 45 on a machine that does other things as well.
ON_TIME = 90

#: Of memory. It takes 110; a scanner without caps takes gigabytes.
MEBIBYTES = 256

#: What a terminal would obey, or be turned round by, in the evil names.
OBEYED = (b"\x1b", b"\x07", b"\0", "\x9b".encode(), "\u202e".encode(), "\u2028".encode())

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """Walk the one round; the estate's addresses are this process's own, among other tests'."""
    return walk_estate(tmp_path_factory.mktemp("round"), 64 + os.getpid() % 64 // 2 * 2)


def test_every_server_stood(ended: Ended) -> None:
    """Or what follows would say nothing."""
    assert len(ended.services) > HOSTILE + HONEST + len(PORTS) + DEAF
    assert {kind.name for kind in hostile(Lures("127.0.0.2"))} <= set(ended.names.values())


def test_the_round_ends_on_time_and_whole(ended: Ended) -> None:
    """No server holds it up, ends it, or brings a probe to an error of its own."""
    (coverage,) = ended.of_schema("coverage")

    assert ended.code == 0
    assert (coverage["complete"], coverage["unknown"].get("bug", 0)) == (True, 0)
    assert ended.seconds < ON_TIME


def test_memory_stays_bounded(ended: Ended) -> None:
    """Whatever is endless, compressed or announced."""
    assert ended.mebibytes < MEBIBYTES


def test_every_open_door_is_found_and_no_other(ended: Ended) -> None:
    """By endpoint: of a hundred honest servers all, of those that attack those that are open."""
    names, found = ended.names, ended.places("finding")
    is_open = {one.endpoint for one in ended.services if one.is_open}

    assert Counter(names[place] for place in is_open - found) == Counter()
    assert Counter(names[place] for place in found - is_open) == Counter()


def test_every_server_that_let_us_in_is_accounted_for(ended: Ended) -> None:
    """A finding or a service each; only who lets nobody in has neither."""
    told = ended.places("finding") | ended.places("service")

    assert {ended.names[place] for place in ended.names.keys() - told} == {"deaf"}


def test_a_host_that_answers_everywhere_is_told_from_the_others(ended: Ended) -> None:
    """The others have fewer open ports than the scope allows."""
    (coverage,) = ended.of_schema("coverage")

    assert coverage["catch_all"] == 1


def test_nobody_is_lured_away(ended: Ended) -> None:
    """No member, broker, redirect or data port that a server names is connected to."""
    assert ended.trapped == 0


@pytest.mark.parametrize("name", ["out", "err", *(one.partition(":")[2] for one in OUTPUTS[1:])])
def test_nothing_that_is_written_is_obeyed(ended: Ended, name: str) -> None:
    """Whatever is printed on a terminal; some twenty findings bear evil names."""
    assert [word for word in OBEYED if word in ended.written[name]] == []


def test_no_browser_runs_what_a_server_said(ended: Ended) -> None:
    """It is told as text, on the page and in the ticket."""
    ticket = MarkdownIt().render(ended.written["page.md"].decode())

    assert b"<script>alert" not in ended.written["page.html"]
    assert "<script>alert" not in ticket
    assert "&lt;script&gt;alert" in ticket


def test_no_sheet_calculates_what_a_server_said(ended: Ended) -> None:
    """No cell begins as a formula does."""
    rows = csv.reader(StringIO(ended.written["rows.csv"].decode("utf-8-sig")))

    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))] == []


def test_the_evil_names_were_told(ended: Ended) -> None:
    """As text, escaped: they were not left out."""
    assert b"\\u001b]0;owned" in ended.written["out"]
    assert b"alert(1)" in ended.written["page.html"]
