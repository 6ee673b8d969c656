"""Documents for Elasticsearch, and what is refused before and after; a real one is in the lab."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.emit import Unwritable
from scanner.emit.ecs import document, identity, render
from scanner.emit.elastic import Cluster, ship
from scanner.emit.report import Report
from scanner.model import Refused, Status
from tests.emit.test_formats import HOSTILE, saying
from tests.exposures import coverage, exposure


def test_a_document_says_it_in_the_words_of_ecs() -> None:
    """What pages of Elastic show is where they look for it."""
    written = json.loads(json.dumps(document(exposure(), Report((), coverage()))))

    assert written["@timestamp"] == "2026-03-01T12:00:00+00:00"
    assert written["host"] == {"ip": ["192.0.2.7"], "name": "192.0.2.7"}
    assert (written["server"]["port"], written["event"]["severity"]) == (9200, 4)
    assert (written["vulnerability"]["id"], written["ronde"]["owner"]) == ("CWE-306", "Radiology")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_is_shipped_as_it_was_said(text: str) -> None:
    """Controls are escaped, and what has no end is cut."""
    shipped = json.dumps(document(saying(text), Report(())), ensure_ascii=False)

    assert shipped.isprintable()
    assert len(shipped) < 20_000


def test_a_file_has_a_document_a_line() -> None:
    """For clusters that the client does not speak to: Filebeat reads it."""
    (line,) = b"".join(render(Report((exposure(),)))).splitlines()

    assert json.loads(line) == document(exposure(), Report(()))


def test_a_document_shipped_twice_is_one() -> None:
    """And what became of it in another round is another."""
    assert identity(exposure()) == identity(exposure())
    assert len({identity(exposure(status=status)) for status in Status}) == len(Status)


@pytest.mark.parametrize(
    ("url", "cluster"),
    [
        ("https://es.example:9243/a-b", Cluster("https", "es.example", 9243, "a-b")),
        ("http://192.0.2.7", Cluster("http", "192.0.2.7", 9200, "ronde-findings")),
        ("https://[2001:db8::7]:1/x/", Cluster("https", "2001:db8::7", 1, "x")),
    ],
)
def test_a_cluster_is_named_by_its_url(url: str, cluster: Cluster) -> None:
    """With the index behind it."""
    assert Cluster.parse(url) == cluster


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://me:secret@es.example", "RONDE_ELASTIC_API_KEY"),
        ("ftp://es.example", "write https://HOST:PORT/INDEX"),
        ("es.example:9200", "write https://HOST:PORT/INDEX"),
        ("https://es.example:99999", "no URL of a cluster"),
        ("https://[es", "no URL of a cluster"),
    ],
)
def test_another_url_is_refused(url: str, why: str) -> None:
    """And no secret of it is said."""
    with pytest.raises(Refused, match=why) as refused:
        Cluster.parse(url)

    assert "secret" not in str(refused.value)


@given(st.text())
def test_no_text_is_worse_than_refused(url: str) -> None:
    """A typing error is no bug."""
    with suppress(Refused):
        assert Cluster.parse(url).url


def test_a_cluster_that_is_not_there_is_named() -> None:
    """Port 1 of loopback refuses; the findings are in the history."""
    gone = Cluster("http", "127.0.0.1", 1, "x")

    with pytest.raises(Unwritable, match=r"cannot write http://127\.0\.0\.1:1: ConnectionError"):
        ship(gone, Report((exposure(),)), resolve=lambda name: [name], environment={})
