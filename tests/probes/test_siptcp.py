"""What the probe for SIP over TCP makes of real responses, and of what is none."""

import pytest

from probes.siptcp import OPTIONS, SipTcp
from scanner.model import Access, Assessment, Service
from scanner.probe import Answer
from scanner.wire import Garbled
from tests.transcripts import asked, load, replay

PROBE = SipTcp()


@pytest.mark.parametrize(
    ("name", "access", "service", "because"),
    [
        (
            "kamailio-5.6",
            Access.IDENTIFIED,
            Service("kamailio", "5.6.3"),
            "OPTIONS answered 483; no media described",
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
    """One request tells product, lock and fax, also where it is refused for want of hops."""
    found = replay(PROBE, load(f"siptcp/{name}"))

    assert isinstance(found, Assessment)
    assert (found.access, found.service, found.because) == (access, service, because)
    assert asked(PROBE, load(f"siptcp/{name}")) == [OPTIONS.name]


def test_no_call_is_made_and_nobody_registers() -> None:
    """The request names nobody, and may not be passed on."""
    request = OPTIONS.payload

    assert PROBE.about.asks == (OPTIONS,)
    assert request.startswith(b"OPTIONS sip:ronde.invalid SIP/2.0\r\n")
    assert b"Max-Forwards: 0\r\n" in request


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\nl: 0\r\n\r\n", id="no call of ours"),
        pytest.param(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", id="a camera"),
    ],
)
def test_another_answer_is_garbled(data: bytes) -> None:
    """Only a response to our own request is a SIP server's."""
    with pytest.raises(Garbled):
        PROBE.identify(Answer(data=data))
