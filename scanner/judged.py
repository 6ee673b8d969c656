"""The nouns of what is made of a finding: why it is how urgent, how it grows, what it belongs to.

Like those of `model`, what leaves the process are `msgspec` structs: they are the published format.
"""

from datetime import datetime
from enum import StrEnum

import msgspec


class Factor(StrEnum):
    """What a severity is made of."""

    ACCESS = "access"
    CATEGORIES = "categories"
    VOLUME = "volume"
    SIGNS = "signs"
    TRANSPORT = "transport"
    REACH = "reach"
    ASSET = "asset"
    REGRESSION = "regression"


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the sum that a severity is: what was found, in our words, and its points."""

    factor: Factor
    found: str
    points: int


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """How many records more, or fewer, than at the last look, which was at `since`.

    Looks from one vantage at one door are compared. A system that grows is in use.
    """

    records: int
    since: datetime


class CaseKind(StrEnum):
    """What the findings of a case share."""

    SERVICE = "service"  # one service, on one door or several
    HOST = "host"  # faxes or calls beside another open service, at one address
    PRODUCT = "product"  # the same software at several sites
    OWNER = "owner"
