"""What the probe of H2's console makes of real pages, and of others."""

import pytest

from probes.h2console import NOT_ALLOWED, H2Console
from scanner.model import Access, Assessment, Silence, Unknown
from tests.transcripts import load, replay

PROBE = H2Console()


@pytest.mark.parametrize(
    ("name", "access"),
    [
        ("1.4-open", Access.IDENTIFIED),
        ("2.3-open", Access.IDENTIFIED),
        ("1.4-locked", Access.LOCKED),
        ("2.3-locked", Access.LOCKED),
    ],
)
def test_a_console_is_told_by_whom_it_lets_in(name: str, access: Access) -> None:
    """As far as its log-in, or not at all; nothing is ever open."""
    found = replay(PROBE, load(f"h2console/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is access


@pytest.mark.parametrize(
    "page",
    [
        b"<title>H2 Console</title>",
        b"<title>Manual</title>" + NOT_ALLOWED,
        b"<title>H2 Console</title><script>location.href = 'login.jsp?jsessionid=1'</script>",
    ],
)
def test_a_page_that_only_speaks_of_it_is_not_identified(page: bytes) -> None:
    """Its title and one of its two bodies are needed."""
    found = replay(PROBE, load("h2console/2.3-open").with_payload(0, page))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
