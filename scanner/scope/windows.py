"""The hours in which a round may touch the network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(days=1)

#: A weekly window opens within seven days; the one Sunday a year on which the clocks jump over it
#: costs another seven.
DAYS_AHEAD = 15


@dataclass(frozen=True, slots=True)
class Window:
    """Hours on some weekdays (Monday is 0), on the clocks of one time zone.

    The days are those on which the window opens. It closes on the next day when `closes` is not
    later than `opens`: 22:00 to 05:00 crosses midnight, 00:00 to 00:00 is the whole day.
    """

    days: frozenset[int]
    opens: time
    closes: time
    zone: tzinfo

    def is_open(self, now: datetime) -> bool:
        """Tell whether the window is open at this instant."""
        return any(opening <= now < closing for opening, closing in self._around(now, days=1))

    def next_open(self, now: datetime) -> datetime:
        """Give this instant if the window is open, or the next one at which it opens, in UTC."""
        return next(
            max(opening, now.astimezone(UTC))
            for opening, closing in self._around(now, days=DAYS_AHEAD)
            if now < closing
        )

    def _around(self, now: datetime, *, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Walk the openings from yesterday on, in UTC: two local times would compare by the clock.

        An opening that the change to summer time swallows is left out.
        """
        today = now.astimezone(self.zone).date()
        for ahead in range(-1, days + 1):
            day = today + ahead * ONE_DAY
            opening, closing = self._hours_of(day)
            if day.weekday() in self.days and opening < closing:
                yield opening, closing

    def _hours_of(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.closes > self.opens else day + ONE_DAY
        return (
            datetime.combine(day, self.opens, self.zone).astimezone(UTC),
            datetime.combine(last, self.closes, self.zone).astimezone(UTC),
        )


def is_open(windows: Sequence[Window], now: datetime) -> bool:
    """Tell whether any window is open; without windows it always is."""
    return not windows or any(window.is_open(now) for window in windows)


def meet(one: Sequence[Window], other: Sequence[Window], now: datetime) -> datetime | None:
    """Give the first instant, in UTC, at which both are open; None if not in two weeks."""
    last = now.astimezone(UTC) + DAYS_AHEAD * ONE_DAY
    instant = next_open(one, now)
    while not (is_open(one, instant) and is_open(other, instant)) and instant < last:
        # Each step goes to an opening: of the one, then of the other if it is later.
        instant = next_open(other, next_open(one, instant))
    return instant if instant < last else None


def next_open(windows: Sequence[Window], now: datetime) -> datetime:
    """Give the first instant from now on at which a window is open, in UTC."""
    if not windows:
        return now.astimezone(UTC)
    return min(window.next_open(now) for window in windows)
