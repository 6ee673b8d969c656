"""What the SIP probe makes of real responses, and of what is none."""

import pytest

from probes.sip import OPTIONS, Sip
from scanner.model import Access, Assessment, Service
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import asked, load, replay

PROBE = Sip()


def response(
    server: str = "Server: x", status: str = "200 OK", call: str = "ronde-options-7"
) -> bytes:
    """Write a response by hand."""
    head = f"SIP/2.0 {status}\r\nCall-ID: {call}\r\nCSeq: 1 OPTIONS\r\n{server}\r\n\r\n"
    return head.encode()


@pytest.mark.parametrize(
    ("name", "access", "service", "because"),
    [
        (
            "kamailio-5.6",
            Access.IDENTIFIED,
            Service("kamailio", "5.6.3"),
            "OPTIONS answered 200; no media described",
        ),
        (
            "fax-gateway",
            Access.IDENTIFIED,
            Service("sip"),
            "OPTIONS answered 200; it describes T.38, which is fax",
        ),
        ("locked", Access.LOCKED, Service("sip"), "OPTIONS answered 401; no media described"),
    ],
)
def test_a_real_server_is_identified(
    name: str, access: Access, service: Service, because: str
) -> None:
    """One datagram tells product, lock and fax."""
    found = replay(PROBE, load(f"sip/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service, found.because) == (access, service, because)
    assert asked(PROBE, load(f"sip/{name}")) == [OPTIONS.name]


@pytest.mark.parametrize(
    ("header", "service"),
    [
        ("Server: Asterisk PBX 18.10.0", Service("asterisk", "18.10.0")),
        ("User-Agent: FreeSWITCH-mod_sofia/1.10.9", Service("freeswitch")),
        ("Server: OpenSIPS (3.2.6 (x86_64/linux))", Service("opensips", "3.2.6")),
        ("Server: Yealink SIP-T46S 66.86.0.15", Service("yealink")),
        ("User-Agent: 3CXPhoneSystem 16.0.3.676 (676)", Service("3cx", "16.0.3.676")),
        ("User-Agent: PolycomSoundPointIP-SPIP_650-UA/4.0.1", Service("polycom")),
        ("Server: baresip v1.0.0 (x86_64/linux)", Service("baresip", "1.0.0")),
        ("Server: RONDE-CANARY 1.2", Service("sip")),
        ("Server: Asterisk \x1b[2J", Service("asterisk")),
        ("X: y", Service("sip")),
    ],
)
def test_the_product_is_named_by_its_own_word(header: str, service: Service) -> None:
    """A name that is not known is not kept, and neither is a version that is none."""
    assert PROBE.identify(Answer(data=response(header))) == service


@pytest.mark.parametrize("status", ["404 Not Found", "483 Too Many Hops", "503 Overloaded"])
def test_any_status_identifies(status: str) -> None:
    """Whoever answers our call in SIP speaks it."""
    assert PROBE.identify(Answer(data=response(status=status))) == Service("sip")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"HTTP/1.1 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n", id="a page"),
        pytest.param(b"RTSP/1.0 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n", id="a camera"),
        pytest.param(b"OPTIONS sip:x SIP/2.0\r\nCSeq: 1 OPTIONS\r\n\r\n", id="an echo"),
        pytest.param(response(call="somebody-else"), id="another call"),
        pytest.param(response().replace(b"1 OPTIONS", b"1 INVITE"), id="another request"),
    ],
)
def test_another_answer_is_garbled(data: bytes) -> None:
    """Only a response to our own request is a SIP server's."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=data))
