"""What a tracker's statuses mean for an errand: done, later, or a person is needed."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec

from scanner.ourside import Answer, Client, Unreached
from scanner.tickets.base import Busy, Parked

T = TypeVar("T")

#: Statuses of RFC 9110 that mean the same everywhere.
OK = frozenset({200, 201, 202, 204})
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 400, 401, 403, 404, 409
PRECONDITION_FAILED = 412
TOO_MANY = 429
_TIMEOUT, _LOCKED, _TOO_EARLY = 408, 423, 425

#: What may go away by itself: somebody else's edit, a restart, a rush.
_PASSES = frozenset({_TIMEOUT, PRECONDITION_FAILED, _LOCKED, _TOO_EARLY, TOO_MANY})


def settled(client: Client, answer: Answer, *, also: Collection[int] = ()) -> Answer:
    """Give an answer back if it is a yes, or one of the statuses that the caller looks at itself.

    Raises:
        Parked: it will not work until a person has done something.
        Busy: it may work later; whether it has had its effect is not known.
    """
    status = answer.status
    if status in OK or status in also:
        return answer
    if status in {TOO_MANY, 503}:
        why = f"{client.site.host} wants to be left alone for now ({status})"
        raise Busy(why, after=answer.pause, all_of_it=True)
    if status in _PASSES or status >= 500:  # noqa: PLR2004 - the servers' own errors, RFC 9110
        raise Busy(f"{client.site.host} answered {status}: {client.said(answer)}")
    if status == UNAUTHORIZED:
        raise Parked("the credential is refused (401): it is wrong or has expired", all_of_it=True)
    if 300 <= status < 400:  # noqa: PLR2004 - redirections, RFC 9110
        raise Parked(
            f"{client.site} sends us elsewhere ({status}), which is not followed; correct the url",
            all_of_it=True,
        )
    raise Parked(f"refused ({status}): {client.said(answer)}")


def decoded(answer: Answer, kind: type[T]) -> T:
    """Take from an answer what we need of it.

    Raises:
        Unreached: it is half of an answer, or not what this tracker says.
    """
    try:
        return msgspec.json.decode(answer.body, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreached(f"the answer with status {answer.status} is not a whole one") from error


def fields(**given: Any) -> Mapping[str, Any]:
    """Leave out what is not set."""
    return {name: value for name, value in given.items() if value is not None}
