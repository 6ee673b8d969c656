"""The verdicts that most HTTP probes end in, each in one form of words.

A probe may always build an `Assessment` or an `Unknown` of its own; these say the common ones.
"""

from scanner.model import Access, Assessment, Outcome, Service, Silence, Unknown
from scanner.probe import HttpAsk, Page

OK = 200
UNAUTHORIZED = 401
FORBIDDEN = 403
NOT_FOUND = 404

#: How a server says that a caller needs a credential, or may not even with one.
REFUSED = frozenset({UNAUTHORIZED, FORBIDDEN})

#: How a server says that it cannot answer now: too many requests, starting up, overloaded.
BUSY = frozenset({429, 503})


def path(ask: HttpAsk) -> str:
    """Name an ask in a sentence, without its query."""
    return ask.name.partition("?")[0]


def locked(service: Service, ask: HttpAsk, page: Page) -> Assessment:
    """Say that a product refuses a stranger."""
    because = f"{path(ask)} answered {page.status}"
    return Assessment(access=Access.LOCKED, service=service, because=because)


def half_proof(service: Service, missing: str) -> Unknown:
    """Say which side of the proof is missing."""
    return Unknown(Silence.HALF_PROOF, missing, service)


def not_answered(service: Service, ask: HttpAsk, page: Page) -> Outcome:
    """Settle a product whose decisive page is not there: shut, busy, or not to be told."""
    if page.status in REFUSED:
        return locked(service, ask, page)
    why = f"{path(ask)} answered {page.status}"
    return Unknown(Silence.BUSY if page.status in BUSY else Silence.HALF_PROOF, why, service)


def not_ours(ask: HttpAsk, page: Page) -> Unknown:
    """Leave what stands here to the next probe: no page of the product was there.

    For a probe that looked behind a front page which only demanded a credential. A 401 on its
    decisive page says that this door is shut, whatever is behind it; a 403 may be meant for our
    address alone, so it says nothing.
    """
    why = f"{path(ask)} answered {page.status}, and nothing names the product behind"
    shut = page.status == UNAUTHORIZED
    return Unknown(Silence.GUARDED if shut else Silence.UNRECOGNISED, why)
