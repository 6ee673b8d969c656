"""What the Kafdrop probe makes of written replies, and of half and false ones."""

import pytest

from probes.kafdrop import Kafdrop
from scanner.model import Access, Assessment, Holding, Silence, Unknown
from tests.transcripts import load, replay

PROBE = Kafdrop()
OPEN = load("kafdrop/4.0-open")


@pytest.mark.parametrize("name", ["4.0-open", "3.27-open"])
def test_a_page_that_lists_topics_is_open(name: str) -> None:
    """The fullest first; Kafka's own are not held."""
    found = replay(PROBE, load(f"kafdrop/{name}"))

    assert isinstance(found, Assessment)
    assert found.access is Access.OPEN
    assert found.holdings == (
        Holding(name="faxes", kind="topic", records=512),
        Holding(name="archive", kind="topic", records=0),
    )


def test_a_proxy_that_passes_one_page_locks_the_door() -> None:
    """The topics are refused."""
    found = replay(PROBE, load("kafdrop/4.0-proxy"))

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED


@pytest.mark.parametrize(
    ("status", "text"),
    [(200, "<title>Kafdrop: Topic</title>"), (404, "<title>Not Found</title>"), (404, "")],
)
def test_a_topic_that_is_not_missed_on_its_page_proves_nothing(status: int, text: str) -> None:
    """Every server has a 404."""
    found = replay(PROBE, OPEN.with_reply(2, status=status, text=text))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("topics", [{}, [{"name": "a"}], [{"name": 1, "partitions": []}]])
def test_a_list_of_something_else_is_garbled(topics: object) -> None:
    """A topic has a name and partitions."""
    found = replay(PROBE, OPEN.with_json(1, topics))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.GARBLED


@pytest.mark.parametrize("page", [b"<title>Kafka</title>", b'{"brokers": []}', b"{}"])
def test_another_page_is_not_identified(page: bytes) -> None:
    """Neither its title nor its overview."""
    found = replay(PROBE, OPEN.with_payload(0, page))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
