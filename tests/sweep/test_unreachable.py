"""Silence and the words of routers, over real links between namespaces."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.bench.lab import laboratory, why_not

pytestmark = pytest.mark.slow

HOSTS = ["198.18.7.7", "198.19.1.7", "198.19.2.7", "198.19.3.7", "198.19.4.7"]


@pytest.fixture(scope="module")
def states() -> Iterator[dict[str, str]]:
    """Sweep one address of each sort, once."""
    if why := why_not():
        pytest.skip(why)
    with laboratory() as inside:
        knock = [*inside, sys.executable, "-m", "tests.bench.knock", "--watch", *HOSTS]
        knock += ["--ports", "9200", "--timeout", "0.5"]
        swept = subprocess.run(  # noqa: S603 - our own words
            knock,
            check=True,
            capture_output=True,
            text=True,
        )
        yield json.loads(swept.stdout)["states"]


@pytest.mark.parametrize(
    ("endpoint", "state"),
    [
        ("198.18.7.7:9200", "closed"),
        ("198.19.1.7:9200", "filtered"),
        ("198.19.2.7:9200", "unreachable"),
        ("198.19.3.7:9200", "unreachable"),
        ("198.19.4.7:9200", "unreachable"),
    ],
    ids=["refused", "dropped on the way", "host unreachable", "prohibited", "no route from here"],
)
def test_each_sort_of_no_is_told_apart(states: dict[str, str], endpoint: str, state: str) -> None:
    """Only the host's own refusal is `closed`."""
    assert states[endpoint] == state
