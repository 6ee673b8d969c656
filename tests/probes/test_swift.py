"""What the Swift probe makes of real replies, and of others as its source words them."""

import pytest

from probes.swift import Swift
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = Swift()
LOCKED = load("swift/2.30-locked")


def test_a_proxy_that_wants_a_token_is_locked() -> None:
    """It refuses an account that cannot exist as it would any."""
    found = replay(PROBE, LOCKED)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.LOCKED, Service("swift", "2.30.1"))


@pytest.mark.parametrize(("status", "realm"), [(404, ""), (204, ""), (401, 'Basic realm="x"')])
def test_a_proxy_that_wants_none_is_identified(status: int, realm: str) -> None:
    """What it keeps is not to be told without a name."""
    headers = {"www-authenticate": realm}
    found = replay(PROBE, LOCKED.with_reply(1, status=status, headers=headers))

    assert isinstance(found, Assessment)
    assert found.access is Access.IDENTIFIED


@pytest.mark.parametrize(
    "text",
    ['{"swift": {}}', '{"swift": {"version": "2.30.1"}}', '{"version": "2"}', "<html></html>"],
)
def test_another_product_is_not_identified(text: str) -> None:
    """A page at `/info` is nothing rare."""
    page = Recorded(ask="GET /info", text=text)
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
