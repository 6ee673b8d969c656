"""Names of holdings that carry personal data: what is written down of them is the scope's choice.

A name is metadata until somebody calls an index after a patient. What looks like an address of a
person is replaced before anything is recorded, told or logged; what remains of the name still
says what the holding is for.
"""

import dataclasses
import re
from collections.abc import Sequence
from enum import StrEnum

from msgspec.structs import replace

from scanner.model import Assessment, Holding


class Masking(StrEnum):
    """Which names are masked; the words of the scope file."""

    PERSONAL = "personal"
    ALL = "all"
    NONE = "none"


_E_MAIL = re.compile(r"[^\s@/\\:;,<>\"']{1,64}(?:@|%40)[^\s@/\\:;,<>\"']{1,64}\.[A-Za-z]{2,24}")

#: A United States social-security number, written as it always is.
_SSN = re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])")

#: Nine digits and more are a telephone, insurance or patient number, unless they tell a time or
#: are part of a UUID or a digest.
_DIGITS = re.compile(
    r"(?P<uuid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})"
    r"|(?<![0-9A-Fa-f])\+?\d{9,19}(?![0-9A-Fa-f])"
)

#: A date with or without a time of day (`20240131`, `202401311200`, `20240131120000`), or seconds
#: or milliseconds since 1970 that fall between 2001 and 2033.
_TIME = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\d{2}){0,3}|1\d{9}(?:\d{3}){0,3}"
)


def masked(assessment: Assessment, policy: Masking) -> Assessment:
    """Give the assessment as it may be written down."""
    if policy is Masking.NONE or not assessment.holdings:
        return assessment
    return dataclasses.replace(assessment, holdings=_holdings(assessment.holdings, policy))


def _holdings(holdings: Sequence[Holding], policy: Masking) -> tuple[Holding, ...]:
    if policy is Masking.ALL:
        return tuple(
            replace(one, name=f"[{one.kind} {place}]", fields=())
            for place, one in enumerate(holdings, start=1)
        )
    return tuple(
        replace(one, name=personal(one.name), fields=tuple(map(personal, one.fields)))
        for one in holdings
    )


def personal(name: str) -> str:
    """Replace what looks like a person's address or number in a name."""
    name = _E_MAIL.sub("[e-mail]", name)
    name = _SSN.sub("[number]", name)
    return _DIGITS.sub(_unless_a_time, name)


def _unless_a_time(found: re.Match[str]) -> str:
    return found[0] if found["uuid"] or _TIME.fullmatch(found[0]) else "[number]"
