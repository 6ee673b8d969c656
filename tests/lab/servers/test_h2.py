"""H2's doors stand as their modes claim, judged without the scanner's probes."""

import pytest

from tests.lab.servers.h2 import h2
from tests.lab.session import Lab
from tests.lab.stranger import fetch, say

pytestmark = pytest.mark.real

#: What a client offers first: versions 6 to 20. A server that lets him connect waits for more.
_HELLO = bytes.fromhex("0000000600000014")


def test_another_host_is_refused_before_it_says_a_word(lab: Lab) -> None:
    """In H2's own words, in UTF-16."""
    (refused,) = say(lab.start(h2, locked=True), _HELLO)
    assert "Remote connections to this server are not allowed".encode("utf-16-be") in refused


def test_another_host_is_shown_no_log_in(lab: Lab) -> None:
    """A sentence stands in its place."""
    assert "webAllowOthers" in fetch(lab.start(h2, "web", locked=True), "/").text


def test_a_stranger_comes_as_far_as_the_log_in(lab: Lab) -> None:
    """It asks for a database, a user and a password."""
    console = lab.start(h2, "web")
    way = fetch(console, "/").text.partition("location.href = '")[2].partition("'")[0]
    assert 'name="password"' in fetch(console, f"/{way}").text
