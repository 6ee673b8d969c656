"""What the OpenWire probe makes of a real greeting, and of false ones."""

import pytest

from probes.openwire import OpenWire
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import load, replay

PROBE = OpenWire()
REAL = "openwire/5.18-greeting"


def test_a_broker_is_identified_by_its_greeting() -> None:
    """It tells its version to anybody; a login is not begun."""
    found = replay(PROBE, load(REAL))

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (
        Access.IDENTIFIED,
        Service("activemq", "5.18.6"),
    )


def test_a_greeting_without_a_version_is_identified_all_the_same() -> None:
    """Those of old brokers have none, and what is none is not kept."""
    whole = load(REAL)
    payload = whole.exchanges[0].payload.replace(b"5.18.6", b"x.yy.z")
    found = replay(PROBE, whole.with_payload(0, payload))

    assert isinstance(found, Assessment)
    assert found.service == Service("activemq", None)


@pytest.mark.parametrize("payload", [b"", b"\0\0\0\x20\x01Active", b"\0\0\0"])
def test_half_a_greeting_is_unknown(payload: bytes) -> None:
    """What stops in the middle is nobody's."""
    outcome = replay(PROBE, load(REAL).with_payload(0, payload))

    assert isinstance(outcome, Unknown)
    assert outcome.silence is Silence.CLOSED
