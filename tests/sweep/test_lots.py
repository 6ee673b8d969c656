"""SYNs go out in lots: whoever is drawn for one is sent to, at once or later."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, product, takewhile

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.course import Target
from scanner.sweep import State, Tally
from scanner.sweep.answers import CODES, Answers
from scanner.sweep.columns import U32, Columns
from scanner.sweep.link import Errors
from tests.sweep.syns import sweep

#: Seconds by the clock of a test; all that is swept here is over within half of one.
ENDLESS = 5


@dataclass
class Refusing:
    """A link that ends at a wall: each SYN is answered by a reset."""

    heard: list[Target] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)

    def send(self, columns: Columns, numbers: U32, now: float) -> Errors:  # noqa: ARG002 - a link's word
        """Keep the answers until they are asked for."""
        self.heard += columns.targets()
        codes = np.full(len(columns), CODES[State.CLOSED], np.uint8)
        self.answers.append(Answers(columns, numbers, codes))
        return np.zeros(len(columns), np.int32)

    def receive(self) -> Iterator[tuple[int, Answers]]:
        """Give the answers, all of them."""
        answers, self.answers = self.answers, []
        return ((len(one.about), one) for one in answers)

    def room(self) -> int:
        """Take any number."""
        return 1 << 16

    def lost(self) -> int:
        """Lose nothing."""
        return 0


def swept(endpoints: list[Target], *, rate: float) -> tuple[Tally, list[Target]]:
    """Sweep to the end, by a clock that runs out in a sweep that has none; give who was sent to."""
    wall = Refusing()
    one = sweep(rate=rate)({4: wall})
    one.clock = takewhile(lambda seconds: seconds < ENDLESS, count(0, 0.005)).__next__
    return one.run(endpoints, lambda _: None), wall.heard


def hosts(how_many: int) -> list[str]:
    """Give addresses of the network that benchmarks may use."""
    return [f"198.18.{number >> 8}.{number & 255}" for number in range(how_many)]


def test_whoever_is_drawn_for_the_rest_of_a_lot_is_sent_to() -> None:
    """Of a lot of 1,000 that the pace grants, 40 hosts rest: too few to be worth another one."""
    first, second = hosts(2000)[:960], hosts(2000)[960:]
    endpoints = [*product(first, [80]), *product(first[:40], [81]), *product(second, [80])]

    tally, heard = swept(endpoints, rate=1e5)

    assert tally.counts == {State.CLOSED: 2040}
    assert sorted(heard) == sorted(endpoints)


@settings(deadline=None, max_examples=30)
@given(
    how_many=st.integers(1, 600),
    ports=st.integers(1, 4),
    rate=st.sampled_from([1e5, 1e6]),
)
def test_each_endpoint_is_sent_to_once(how_many: int, ports: int, rate: float) -> None:
    """However many there are and however fast it goes."""
    endpoints = [*product(hosts(how_many), range(80, 80 + ports))]

    tally, heard = swept(endpoints, rate=rate)

    assert tally.counts == {State.CLOSED: len(endpoints)}
    assert sorted(heard) == sorted(endpoints)
