"""What a mail in the morning says: what changed, and nothing where nothing did."""

from datetime import timedelta

import pytest

from scanner.emit.changes import MAX_LINES, lines
from scanner.emit.report import Report
from scanner.model import Asset, Coverage, Finding, Severity, Status
from scanner.past import Past
from scanner.reach import Reach
from tests.exposures import NOON, coverage, exposure

NIGHT = timedelta(days=1)
BEFORE = coverage(round="r-1", started=NOON - NIGHT, ended=NOON - NIGHT)
EVIL = "\x1b[2J\nevil"


def reach(*, reached: int, planned: int = 100) -> Reach:
    """Give a range in which so many answered."""
    silent = planned - reached
    return Reach(planned=planned, reached=reached, closed=0, filtered=silent, unreachable=0)


def told(
    *findings: Finding, now: Coverage | None = None, before: Coverage | None = BEFORE
) -> list[str]:
    """Say what changed since a round, in which what is not said was as it is now."""
    rounds = () if before is None else (before,)
    now = now or coverage()
    return list(lines(Report(findings, now, Past((*rounds, now)))))


@pytest.mark.parametrize("status", [Status.ONGOING, Status.ACCEPTED])
def test_nothing_is_said_where_nothing_changed(status: Status) -> None:
    """Doors that stand open as they did are in the findings, and not in a mail."""
    assert told(exposure(status=status)) == []


@pytest.mark.parametrize("status", [Status.NEW, Status.CHANGED, Status.REOPENED, Status.RESOLVED])
def test_what_changed_is_a_line_with_whom_to_ask(status: Status) -> None:
    """What, how grave, where, whose, and by what name to ask for it."""
    finding = exposure(status=status, asset=Asset(owner="Cardiology"))

    first, line, last = told(finding)

    assert first == "hospital (SEC-1204), seen from dmz, round r0:"
    assert line.startswith(f"{status}  {finding.severity}  open  ")
    assert line.endswith(f"{finding.endpoint}  Cardiology  {finding.fingerprint[:8]}")
    assert last == "Exposed in this round: 1 high. 1,202 of 1,256 endpoints answered."


@pytest.mark.parametrize(("nights", "said"), [(1, 1), (2, 0)])
def test_what_could_not_be_verified_is_said_once(nights: int, said: int) -> None:
    """In the first night after it was seen; a host that stays silent is no news each morning."""
    finding = exposure(status=Status.UNVERIFIED, last_seen=NOON - nights * NIGHT)

    assert sum(line.startswith("unverified") for line in told(finding)) == said


def test_an_incomplete_round_is_always_news() -> None:
    """Silence would read as "all is well"."""
    now = coverage(complete=False, why_incomplete=("interrupted by SIGTERM",))

    assert "INCOMPLETE: interrupted by SIGTERM." in told(now=now, before=now)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ({"10.0.0.0/24": reach(reached=3)}, ["NOTHING ANSWERED in 10.0.0.0/24 (100 endpoints)."]),
        ({"10.0.0.0/24": reach(reached=0)}, []),
        ({}, ["NOTHING ANSWERED in 10.0.0.0/24 (100 endpoints)."]),
    ],
    ids=["fell silent", "was silent", "is new"],
)
def test_a_range_that_fell_silent_is_news(before: dict[str, Reach], said: list[str]) -> None:
    """A firewall that was closed overnight hides doors; it does not shut them."""
    now = coverage(by_range={"10.0.0.0/24": reach(reached=0)})
    was = coverage(round="r-1", by_range=before)

    assert [line for line in told(now=now, before=was) if "NOTHING" in line] == said


def test_a_host_on_no_list_is_said_once() -> None:
    """Those that any of the rounds before has named are known by now."""
    now = coverage(unlisted=("192.0.2.7", "192.0.2.9"), unlisted_total=2)
    was = coverage(round="r-1", unlisted=("192.0.2.7",), unlisted_total=1)

    assert "On no list, and answering: 192.0.2.9." in told(now=now, before=was)
    assert told(now=now, before=coverage(round="r-1", unlisted=now.unlisted)) == []


def test_an_acceptance_that_ended_is_news() -> None:
    """The finding is as ongoing as it was, and nobody has signed for it any more."""
    was = coverage(round="r-1", accepted={Severity.HIGH: 1})

    said = told(exposure(status=Status.ONGOING), before=was)

    assert "Accepted findings: 1 in the round before, 0 now." in said


def test_an_acceptance_that_ended_is_news_though_another_one_began() -> None:
    """As many are accepted as the night before, but not the same ones."""
    accepted = coverage(accepted={Severity.HIGH: 1})
    was = coverage(round="r-1", started=NOON - NIGHT, accepted={Severity.HIGH: 1})
    past = Past((was, accepted), unsigned=frozenset({"f1"}))

    said = list(lines(Report([exposure(status=Status.ONGOING)], accepted, past)))

    assert said[1].startswith("ongoing  high  open  ")
    assert said[1].endswith("  f1")


def test_a_clock_that_went_back_is_news() -> None:
    """The history keeps its order, and the times in it mean little until somebody sets it right."""
    was = coverage(round="r-1", started=NOON + NIGHT)

    assert "THE CLOCK WENT BACK: the round before began at 2026-03-02 12:00 UTC." in told(
        before=was
    )


def test_the_first_round_has_everything_to_say() -> None:
    """Nobody has heard of anything in it."""
    assert len(told(exposure(), exposure(status=Status.UNVERIFIED), before=None)) == 4


def test_a_mail_is_short() -> None:
    """However many doors a first round finds."""
    said = told(*[exposure()] * (MAX_LINES + 7))

    assert len(said) == MAX_LINES + 3
    assert said[-2] == "and 7 more: ronde findings"


def test_no_server_writes_a_line_of_its_own() -> None:
    """Nor does an inventory."""
    said = told(exposure(product=EVIL, version=EVIL, asset=Asset(owner=EVIL)))

    assert len(said) == 3
    assert all(line.isprintable() for line in said)


def test_several_rounds_have_no_night_before_them() -> None:
    """A report that is drawn from the history says nothing of changes."""
    assert list(lines(Report([exposure()]))) == []
