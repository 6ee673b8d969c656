"""What counts as a version number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import versions


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("8.19.4", "8.19.4"),
        ("v1.27.0-rc.1", "1.27.0-rc.1"),
        ("2.42.0+ds", "2.42.0+ds"),
        (" 15\n", "15"),
        ("1.6.7~rc0", "1.6.7~rc0"),
        ("", None),
        ("unknown", None),
        ("1.2.3 <script>", None),
        ("1" * 9, None),
        ("\u0661.\u0662", None),
        (7, None),
        (None, None),
    ],
)
def test_only_a_number_is_a_version(text: object, number: str | None) -> None:
    """Prose, markup and other types are none."""
    assert versions.read(text) == number


@pytest.mark.parametrize(
    ("text", "after", "number"),
    [
        ("Docker/20.10.24+dfsg1 (linux)", "Docker/", "20.10.24+dfsg1"),
        ("CouchDB/3.3.3 (Erlang OTP/24)", "CouchDB/", "3.3.3"),
        ("nginx", "nginx/", None),
        ("Server/x.y", "Server/", None),
    ],
)
def test_a_version_is_found_after_a_word(text: str, after: str, number: str | None) -> None:
    """It ends where a header's grammar ends it."""
    assert versions.found_in(text, after) == number


@given(st.text(max_size=300))
def test_what_is_given_is_short_and_printable(text: str) -> None:
    """Whatever a server says, nothing else gets through."""
    number = versions.read(text) or "0"
    assert number.isprintable()
    assert len(number) < 100
