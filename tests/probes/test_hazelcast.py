"""What the Hazelcast probe makes of real replies, and of false ones."""

import pytest

from probes.hazelcast import Hazelcast
from scanner.model import Access, Assessment, Service
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Hazelcast()


@pytest.mark.parametrize(("name", "version"), [("5.5-members", "5.5.0"), ("3.12-members", None)])
def test_a_member_is_identified_and_no_more(name: str, version: str | None) -> None:
    """To ask for a map that is not there would make it, and one that is would be read."""
    transcript = load(f"hazelcast/{name}")
    found = replay(PROBE, transcript)

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("hazelcast", version))
    assert asked(PROBE, transcript) == ["GET /hazelcast/rest/cluster"]


def test_nothing_of_the_members_is_kept() -> None:
    """Their addresses may lie outside the scope."""
    assert "127.0.0.1" not in repr(replay(PROBE, load("hazelcast/5.5-members")))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"Members [1] {"),
        (200, b"<html>Members</html>"),
        (200, b'{"members": []}'),
        (200, b'{"members": [], "connectionCount": 1}'),
        (200, b'{"members": [{"memberVersion": "5.5.0"}], "connectionCount": 1}'),
        (200, b"[]"),
    ],
)
def test_another_product_is_not_recognised(status: int, body: bytes) -> None:
    """Each member has a version and an identity of its own."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None
