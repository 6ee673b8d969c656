"""What the SNMP probe makes of a real engine's report, and of what is none."""

import pytest

from probes.snmp import DISCOVERY, Snmp
from scanner.model import Access, Assessment, Service
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import Transcript, asked, load, replay

PROBE = Snmp()


def real() -> Transcript:
    """Give the recorded report."""
    return load("snmp/5.9-open")


def settled(report: bytes) -> Assessment:
    """Settle an engine by its report."""
    found = replay(PROBE, real().with_payload(0, report))
    assert isinstance(found, Assessment)
    return found


def test_an_engine_is_identified_and_nothing_more() -> None:
    """One datagram, no community, and the identifier is not repeated."""
    found = replay(PROBE, real())

    assert isinstance(found, Assessment)
    assert (found.access, found.service) == (Access.IDENTIFIED, Service("net-snmp"))
    assert found.because == "an SNMPv3 engine with Net-SNMP's number; communities are not tried"
    assert asked(PROBE, real()) == [DISCOVERY.name]


@pytest.mark.parametrize(
    ("number", "product", "because"),
    [
        ("8000000b", "snmp", "an SNMPv3 engine with HP's number"),
        ("000000fd", "snmp", "an SNMPv3 engine with Xerox's number"),
        ("80000129", "snmp", "an SNMPv3 engine with Fuji Xerox's number"),
        ("80000469", "snmp", "an SNMPv3 engine with Toshiba TEC's number"),
        ("800004e0", "snmp", "an SNMPv3 engine with Epson's number"),
        ("80000543", "snmp", "an SNMPv3 engine with Kyocera's number"),
        ("8000479e", "snmp", "an SNMPv3 engine with Konica Minolta's number"),
        ("80ffffff", "snmp", "an SNMPv3 engine with no maker's number that is known here"),
        ("80000000", "snmp", "an SNMPv3 engine with no maker's number that is known here"),
    ],
)
def test_the_maker_is_told_by_its_number(number: str, product: str, because: str) -> None:
    """In the older format of an identifier, too, which lacks the first bit."""
    report = real().exchanges[0].payload.replace(bytes.fromhex("80001f88"), bytes.fromhex(number))
    found = settled(report)

    assert found.service == Service(product)
    assert found.because == f"{because}; communities are not tried"


@pytest.mark.parametrize(
    ("there", "here"),
    [
        pytest.param("0202524f", "02025250", id="another message's"),
        pytest.param("020103300f", "020101300f", id="another version"),
        pytest.param("0f01010400", "0f01010300", id="another report"),
        pytest.param("a81c", "a21c", id="a response"),
    ],
)
def test_another_message_is_garbled(there: str, here: str) -> None:
    """Only the report that answers our discovery is an engine's."""
    report = real().exchanges[0].payload.hex().replace(there, here)
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=bytes.fromhex(report)))


@pytest.mark.parametrize("data", [b"", b"\x30", b"RO\0\0\0\1\0\0VERSION 1\r\n", b"\x30\x80\0\0"])
def test_another_protocol_is_garbled(data: bytes) -> None:
    """What is no BER is no engine."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=data))
