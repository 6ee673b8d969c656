"""What a person may sign when a risk is accepted: a day, a reason and a name, each checked."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from scanner.model import Refused
from scanner.plaintext import printable

#: Whoever still means it in a year can say so again; an acceptance without an end is a blind spot.
MAX_DAYS = 366

#: A reason fits on a page, a name on a line. Both are repeated in every output.
MAX_REASON = 1_000
MAX_APPROVER = 200


@dataclass(frozen=True, slots=True)
class Signature:
    """What somebody put a name under, and when; `until` is the first moment without it."""

    until: datetime
    reason: str
    approver: str
    since: datetime


def signature(
    last_day: str | None, reason: str | None, approver: str | None, now: datetime
) -> Signature:
    """Read what was typed.

    Raises:
        Refused: something is missing or cannot be; the message names the option.
    """
    if last_day is None:
        raise Refused("--until is needed: an acceptance has a last day")
    return Signature(
        until=_end_of(last_day, now),
        reason=_text("--reason", reason, MAX_REASON),
        approver=_text("--approver", approver, MAX_APPROVER),
        since=now,
    )


def _end_of(last_day: str, now: datetime) -> datetime:
    """Give the first moment after the last day, which is counted in UTC."""
    try:
        day = date.fromisoformat(last_day)
    except ValueError as error:
        shown = printable(last_day, 40)
        raise Refused(f"--until {shown}: is no date; write it as 2026-12-31") from error
    today = now.astimezone(UTC).date()
    if day < today:
        raise Refused(f"--until {day}: has passed; today is {today} in UTC")
    if day > today + timedelta(days=MAX_DAYS):
        latest = today + timedelta(days=MAX_DAYS)
        raise Refused(f"--until {day}: is too far away; at most {MAX_DAYS} days, until {latest}")
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _text(option: str, text: str | None, longest: int) -> str:
    """Give a text that somebody can be held to, and that a terminal can show."""
    words = (text or "").strip()
    if not words:
        raise Refused(f"{option} is needed: an acceptance without it says nothing")
    if len(words) > longest:
        raise Refused(f"{option}: {len(words)} characters are too many; at most {longest}")
    if not words.isprintable():
        raise Refused(f"{option}: has a character that cannot be printed")
    return words
