"""What the Adminer probe makes of its log-in, and of other pages."""

import pytest

from probes.adminer import Adminer
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = Adminer()
LOG_IN = load("adminer/4.8-locked")


def test_a_log_in_is_a_shut_door() -> None:
    """One ask tells it all; no form is sent."""
    found = replay(PROBE, LOG_IN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.LOCKED, "4.8.1")
    assert asked(PROBE, LOG_IN) == ["GET /"]


@pytest.mark.parametrize(
    "page",
    [
        b"<title>Login - Adminer</title>",
        b'<link href="?file=default.css&amp;version=5.4.1"><title>About</title>',
        b'<link href="?file=default.css&amp;version=latest"><input name="auth[password]">',
    ],
)
def test_a_page_without_its_looks_and_its_form_is_not_identified(page: bytes) -> None:
    """A title is anybody's."""
    found = replay(PROBE, LOG_IN.with_payload(0, page))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
