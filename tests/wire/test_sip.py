"""SIP: the request that nobody passes on, and whatever may come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, sip
from scanner.wire.sip import MAX_HEADERS, Response
from tests.transcripts import load

GATEWAY = load("sip/fax-gateway").exchanges[0].payload


def test_a_request_is_for_the_server_itself() -> None:
    """No hop may follow, and the answer comes back to where it was asked from."""
    asked = sip.options(("192.0.2.1", 40_000), ("192.0.2.7", 5060)).decode()

    assert asked.startswith("OPTIONS sip:192.0.2.7:5060 SIP/2.0\r\n")
    assert "\r\nMax-Forwards: 0\r\n" in asked
    assert "\r\nVia: SIP/2.0/UDP 192.0.2.1:40000;branch=z9hG4bK-ronde-40000;rport\r\n" in asked
    assert asked.endswith("\r\nContent-Length: 0\r\n\r\n")


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    """As in any URI."""
    asked = sip.options(("2001:db8::1", 40_000), ("2001:db8::7", 5060))

    assert asked.startswith(b"OPTIONS sip:[2001:db8::7]:5060 SIP/2.0\r\n")


@pytest.mark.parametrize(
    ("there", "here", "media", "t38"),
    [
        (b"m=image", b"m=image", True, True),
        (b"udptl t38", b"udptl T38", True, True),
        (b"m=image 4000 udptl t38", b"m=audio 4000 RTP/AVP 8", True, False),
        (b"Content-Type: application/sdp", b"Content-Type: text/plain", False, False),
        (b"Content-Type: application/sdp", b"c: application/sdp;x=y", True, True),
    ],
)
def test_fax_is_told_by_the_description(there: bytes, here: bytes, media: bool, t38: bool) -> None:  # noqa: FBT001 - both are expected values
    """A line of media, in a description that says that it is one."""
    found = sip.decode(GATEWAY.replace(there, here))

    assert (found.has_media, found.has_t38) == (media, t38)


def test_a_folded_header_and_a_short_name_are_read() -> None:
    """As RFC 3261 allows."""
    text = "SIP/2.0 200 OK\r\ni: ronde-options-7\r\nCSeq : 1 OPTIONS\r\nX: a\r\n b\r\n\r\n"

    assert sip.decode(text.encode()).status == 200


def test_more_headers_than_there_may_be_are_garbled() -> None:
    """A response is small."""
    with pytest.raises(Garbled):
        sip.decode(GATEWAY.replace(b"\r\nTo:", b"\r\nX: y" * MAX_HEADERS + b"\r\nTo:"))


@given(st.binary(max_size=200) | st.binary(max_size=200).map(GATEWAY[:120].__add__))
def test_whatever_comes_is_a_response_or_garbled(data: bytes) -> None:
    """Reading never fails otherwise."""
    try:
        found = sip.decode(data)
    except Garbled:
        return
    assert isinstance(found, Response)
