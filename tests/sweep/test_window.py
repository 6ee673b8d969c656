"""Endpoints under way are known by number, and their room is used again."""

from scanner.sweep.columns import Columns
from scanner.sweep.cookie import Cookies
from scanner.sweep.window import Window

TWO = Columns.of([("198.18.0.1", 80), ("198.18.0.2", 80)])


def test_who_was_settled_stays_settled_when_another_has_the_room() -> None:
    """Late news of the first two is not taken for news of those who came after them."""
    window = Window(2, Cookies())
    first = window.admit(TWO)
    window.settle(first)

    second = window.admit(TWO)

    assert window.awaits(first).tolist() == [False, False]
    assert window.awaits(second).tolist() == [True, True]


def test_there_is_room_again_once_the_oldest_is_settled() -> None:
    """Who came after it does not make room while it waits."""
    window = Window(2, Cookies())
    numbers = window.admit(TWO)

    window.settle(numbers[1:])
    assert window.room == 0

    window.settle(numbers[:1])
    assert (window.room, window.under_way) == (2, 0)
