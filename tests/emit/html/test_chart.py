"""Where the bars of the charts stand."""

import pytest

from scanner.emit.html.chart import HEIGHT, MAX_ROUNDS, WIDTH, answered, covered, outcomes, trend
from scanner.model import Severity
from tests.exposures import coverage


def test_the_fullest_round_fills_the_height_and_the_others_follow_its_scale() -> None:
    """Half as many doors are half as high."""
    drawn = trend([coverage(findings={Severity.HIGH: 8}), coverage(findings={Severity.LOW: 4})])

    heights = [sum(box.height for box in bar.boxes) for bar in drawn.bars]
    assert (drawn.top, heights) == (8, [HEIGHT, HEIGHT / 2])


def test_the_worst_stands_at_the_foot() -> None:
    """Where it is easiest to compare."""
    bar = trend([coverage(findings={Severity.LOW: 1, Severity.CRITICAL: 1})]).bars[0]

    assert bar.boxes[0].what == Severity.CRITICAL
    assert bar.boxes[0].y + bar.boxes[0].height == HEIGHT


def test_rounds_without_a_door_have_bars_of_no_height() -> None:
    """A fine month is drawn too."""
    drawn = trend([coverage(findings={})] * 2)

    assert (drawn.top, drawn.bars[0].total) == (0, 0)


def test_the_last_rounds_are_drawn() -> None:
    """What is older is in the history."""
    rounds = [coverage(round=f"r{number}") for number in range(MAX_ROUNDS + 5)]

    bars = trend(rounds).bars

    assert (len(bars), bars[0].coverage.round, bars[-1].coverage.round) == (30, "r5", "r34")
    assert bars[-1].outline.x + bars[-1].outline.width < WIDTH


def test_what_was_not_visited_is_part_of_the_coverage() -> None:
    """A round that was killed names no skip, and yet did not see everything."""
    assert outcomes(coverage(planned=2000)) == {
        "reached": 2,
        "closed": 1200,
        "filtered": 44,
        "unreachable": 0,
        "skipped": 10,
        "unvisited": 744,
    }


def test_silence_is_no_answer() -> None:
    """Filtered, unreachable and skipped endpoints may be open."""
    assert answered(coverage()) == 1202


@pytest.mark.parametrize("planned", [0, 1256, 5000])
def test_the_line_of_the_coverage_is_filled(planned: int) -> None:
    """All that was planned is drawn, whatever came of it."""
    boxes = covered(coverage(planned=planned))

    assert boxes[-1].x + boxes[-1].width == pytest.approx(WIDTH)
