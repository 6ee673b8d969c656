"""What the probe of Zabbix agents makes of real answers, and of half and false ones."""

import pytest

from probes.zabbixagent import CONTROL, VERSION, ZabbixAgent
from scanner.model import Access, Assessment, Silence, Unknown
from scanner.probe import HANG_UP
from tests.transcripts import asked, load, replay

PROBE = ZabbixAgent()
OPEN = load("zabbixagent/6.0-open")


def test_an_agent_that_answers_us_is_open() -> None:
    """Each question has a connection of its own, as agents want it."""
    found = replay(PROBE, OPEN)

    assert isinstance(found, Assessment)
    assert (found.access, found.service.version) == (Access.OPEN, "6.0.14")
    assert [held.name for held in found.holdings] == ["host"]
    assert asked(PROBE, OPEN) == [VERSION.name, HANG_UP.name, CONTROL.name]


def test_an_agent_that_is_closed_to_us_tells_nothing() -> None:
    """It hangs up without a word, as many servers do."""
    found = replay(PROBE, load("zabbixagent/6.0-closed"))

    assert isinstance(found, Unknown)
    assert (found.silence, found.service) == (Silence.CLOSED, None)


def test_an_item_that_does_not_exist_must_be_refused() -> None:
    """Whoever tells it is no agent."""
    found = replay(PROBE, OPEN.with_reply(1, hex=OPEN.exchanges[0].hex))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF


@pytest.mark.parametrize("told", [b"hello!", b"ZBX_NOTSUPPORTED\0x"])
def test_what_is_no_version_is_not_identified(told: bytes) -> None:
    """A trapper of Zabbix speaks in the same frames."""
    frame = b"ZBXD\x01" + len(told).to_bytes(4, "little") + bytes(4) + told

    found = replay(PROBE, OPEN.with_payload(0, frame))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED
