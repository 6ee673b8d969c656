"""What the HDFS probe makes of name nodes in every state, and of half and false replies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.hdfs import Hdfs
from scanner.model import Access, Assessment, Holding, Outcome, Service, Silence, Unknown
from scanner.probe import Page
from tests.transcripts import asked, load, replay

PROBE = Hdfs()
CLUSTER = "CID-01234567-89ab-cdef-0123-456789abcdef"


def assessed(outcome: Outcome) -> Assessment:
    """Insist that an outcome is an assessment."""
    assert isinstance(outcome, Assessment)
    return outcome


def unknown(outcome: Outcome) -> Unknown:
    """Insist that nothing could be told."""
    assert isinstance(outcome, Unknown)
    return outcome


@pytest.mark.parametrize(
    ("name", "service", "files", "size"),
    [
        ("2.10-open", Service("hdfs", "2.10.2", CLUSTER), 12, 900),
        ("3.4-open", Service("hdfs", "3.4.1"), 3, 49169),
    ],
)
def test_a_name_node_without_kerberos_is_open(
    name: str, service: Service, files: int, size: int
) -> None:
    """Files are counted, and none is named."""
    found = assessed(replay(PROBE, load(f"hdfs/{name}")))

    assert (found.access, found.service) == (Access.OPEN, service)
    assert found.holdings == (Holding(name="/", kind="file system", records=files, bytes=size),)


def test_kerberos_shuts_the_door() -> None:
    """Hadoop's own cookie names the product; nothing more is asked."""
    transcript = load("hdfs/3.3-locked")

    assert assessed(replay(PROBE, transcript)).access is Access.LOCKED
    assert len(asked(PROBE, transcript)) == 1


def test_a_server_that_believes_any_name_is_identified() -> None:
    """To give one would be to claim to be somebody."""
    assert assessed(replay(PROBE, load("hdfs/3.3-httpfs"))).access is Access.IDENTIFIED


def test_a_standby_is_busy() -> None:
    """It shows nothing to anybody, and says nothing of the door."""
    assert unknown(replay(PROBE, load("hdfs/3.3-standby"))).silence is Silence.BUSY


@pytest.mark.parametrize(
    ("status", "silence"), [(401, Silence.GUARDED), (403, Silence.UNRECOGNISED)]
)
def test_a_bare_refusal_names_nobody(status: int, silence: Silence) -> None:
    """It may be anything; a demanded password is a shut door, a 403 may be for us alone."""
    refused = load("hdfs/3.3-locked").with_reply(0, status=status, headers={}, text="no")

    found = unknown(replay(PROBE, refused))

    assert (found.silence, found.service) == (silence, None)


@pytest.mark.parametrize(("status", "body"), [(200, "{}"), (404, "<html>"), (404, "{}")])
def test_a_control_that_is_not_refused_by_name_proves_nothing(status: int, body: str) -> None:
    """What shows every path is not called open."""
    half = load("hdfs/2.10-open").with_payload(1, body.encode())

    found = unknown(replay(PROBE, half.with_reply(1, status=status, hex=body.encode().hex())))

    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b'{"FileStatus":{"type":"FILE"}}'), (404, b"{}"), (302, b"")],
)
def test_another_page_is_not_identified(status: int, body: bytes) -> None:
    """Only the typed status of a directory, an exception or a refusal makes a candidate."""
    assert PROBE.identify(Page(status=status, headers={}, body=body)) is None


@pytest.mark.parametrize("place", [2, 3, 4])
def test_a_silence_after_the_proof_costs_only_detail(place: int) -> None:
    """The root was shown, whatever becomes of the counts."""
    transcript = load("hdfs/2.10-open").with_reply(place, silence="timeout")

    found = assessed(replay(PROBE, transcript, unrecorded_is_silence=True))

    assert (found.access, found.holdings_total) == (Access.OPEN, 1)


@given(place=st.integers(0, 1), body=st.binary(max_size=60))
def test_garbage_is_never_open(place: int, body: bytes) -> None:
    """Root and control are both needed, whole."""
    outcome = replay(PROBE, load("hdfs/2.10-open").with_payload(place, body))

    assert isinstance(outcome, Unknown)
