"""What the Graylog probe makes of replies as its source words them."""

import pytest

from probes.graylog import Graylog
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import Recorded, Transcript, load, replay

PROBE = Graylog()
LOCKED = load("graylog/5.2-locked")


def test_a_server_is_locked() -> None:
    """Its version is public; there is nothing else to tell."""
    found = replay(PROBE, LOCKED)

    assert isinstance(found, Assessment)
    assert found.access is Access.LOCKED
    assert found.service == Service("graylog", "5.2.3+9aee303")


@pytest.mark.parametrize(
    ("status", "silence"),
    [(200, Silence.HALF_PROOF), (503, Silence.BUSY), (404, Silence.HALF_PROOF)],
)
def test_another_answer_settles_nothing(status: int, silence: Silence) -> None:
    """A page that is shown would be one side of a proof whose other is not known."""
    found = replay(PROBE, LOCKED.with_reply(1, status=status))

    assert isinstance(found, Unknown)
    assert found.silence is silence


@pytest.mark.parametrize("text", ['{"tagline": "Another"}', '{"version": "5.2"}', "<html></html>"])
def test_another_product_is_not_identified(text: str) -> None:
    """Only the tagline is believed."""
    page = Recorded(ask="GET /api/", text=text)
    found = replay(PROBE, Transcript(server="written by hand", exchanges=(page,)))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
