"""The page on performance is there, has its tables, and says plainly what was met."""

from pathlib import Path

import pytest

from tests.bench.page import DOCS, TARGETS, lines
from tests.bench.plot import plot
from tests.bench.race import COLUMNS, Laps, most_thorough, table, times_faster
from tests.bench.result import Bar, Bars, Part, Table, Target
from tests.bench.runs import Failed, Run, output, spent

PAGE = (DOCS / "performance.md").read_text(encoding="utf-8")


def laps(*seconds: float, found: int = 8) -> Laps:
    """Make a contender that took so long each time, and found so many of 8."""
    return Laps(
        [
            Run(
                seconds=one,
                cpu=2 * one,
                kernel=one / 2,
                megabytes=30,
                planned=100,
                there=8,
                found=found,
            )
            for one in seconds
        ]
    )


@pytest.mark.parametrize("columns", [TARGETS, COLUMNS], ids=["targets", "races"])
def test_the_page_has_the_columns_of_its_tables(columns: tuple[str, ...]) -> None:
    """What the page is read for stands on it: targets, and contenders side by side."""
    assert f"| {' | '.join(columns)} |" in PAGE


def test_the_page_shows_a_plot_that_is_there() -> None:
    """The plot lies beside the page."""
    assert "](performance.svg)" in PAGE
    assert (DOCS / "performance.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (Target("faster", 2.0, 2.0), "met"),
        (Target("faster", 2.0, 1.99), "NOT met"),
        (Target("smaller", 150, 150, at_most=True), "met"),
        (Target("smaller", 150, 151, at_most=True), "NOT met"),
        (Target("unheard of", 2.0, None), "not measured"),
    ],
)
def test_a_target_is_met_or_not_or_was_not_measured(target: Target, verdict: str) -> None:
    """What could not be measured is neither."""
    assert target.verdict == verdict


def test_a_part_is_written_as_its_tables() -> None:
    """The page says what was aimed at, what was seen, and on which machine."""
    part = Part(
        name="start",
        title="The start",
        text="Soon.",
        tables=(Table("Starts", ("what", "s"), (("ronde", "0.2"),)),),
        targets=(Target("a start", 0.25, 0.2, at_most=True, unit=" s"),),
        machine="2 x of something",
    )
    page = list(lines([part]))

    assert "| a start | ≤ 0.25 s | 0.20 s | met |" in page
    assert page[-3:] == ["| what | s |", "|---|---|", "| ronde | 0.2 |"]
    assert "Taken on 2 x of something." in page


def test_the_best_run_counts_and_every_run_is_shown() -> None:
    """A row names the best wall time, all of them, and rates of the best."""
    (row,) = table("A race", {"ronde": laps(4.0, 2.0)}, lambda run: run.planned).rows

    assert row == ("ronde", "2.00", "4.0 2.0", "50", "25", "4.00", "1.00", "30", "100.00%", "0")


def test_who_did_not_run_is_named_with_the_reason() -> None:
    """A contender that is missing does not vanish from the table."""
    (row,) = table("A race", {"nerva": Laps(why_not="no Go")}, lambda run: run.planned).rows

    assert row[:2] == ("nerva", "not run: no Go")


def test_a_family_is_held_to_the_one_that_missed_least() -> None:
    """Speed without recall is no speed; of equals the quickest counts."""
    race = {
        "peer, hasty": laps(1.0, found=7),
        "peer, thorough": laps(3.0),
        "peer, slow": laps(9.0),
        "ronde": laps(2.0),
    }

    assert most_thorough(race, "peer") == "peer, thorough"
    assert times_faster(race, "ronde", "peer, thorough") == 1.5


def test_our_own_miss_is_no_victory_either() -> None:
    """A round that left a listener unfound is not compared."""
    race = {"peer": laps(3.0), "ronde": laps(1.0, found=7)}

    assert times_faster(race, "ronde", "peer") is None


def test_a_plot_scales_its_bars_to_the_longest() -> None:
    """The longest bar takes the room that there is, and half of it is half as long."""
    drawn = plot([Bars("Rates", (Bar("ronde", 10.0), Bar("a & b", 5.0)))])

    assert 'width="450.0"' in drawn
    assert 'width="225.0"' in drawn
    assert "a &amp; b" in drawn


def test_a_run_that_takes_too_long_is_ended_and_gives_no_figure(tmp_path: Path) -> None:
    """Every run is bounded in time."""
    with pytest.raises(Failed, match=r"did not end within 0\.1 s"):
        spent(["sleep", "30"], tmp_path / "said", limit=0.1)


def test_a_run_that_heeds_no_signal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would have to be told twice is not waited for."""
    monkeypatch.setattr("tests.bench.runs.GRACE", 0.1)
    deaf = "trap '' TERM; while :; do sleep 0.05; done"
    with pytest.raises(Failed, match="nor within"):
        spent(["sh", "-c", deaf], tmp_path / "said", limit=0.1)


def test_a_run_that_ends_badly_gives_its_last_words(tmp_path: Path) -> None:
    """A failure is told with its code and the last line of what was said."""
    with pytest.raises(Failed, match="ended with 3: gone"):
        spent(["sh", "-c", "echo begun; echo gone; exit 3"], tmp_path / "said", limit=10)


def test_a_command_that_is_missing_is_a_failure_not_a_crash() -> None:
    """What is not installed leaves its row empty and the rest goes on."""
    with pytest.raises(Failed, match="no-such-program"):
        output(["no-such-program"])
