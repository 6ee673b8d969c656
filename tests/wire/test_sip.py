"""SIP: the request that nobody passes on, and whatever may come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, sip
from scanner.wire.sip import MAX_HEADERS, Response
from tests.transcripts import load

GATEWAY = load("sip/fax-gateway").exchanges[0].payload
TELEPHONE = load("siptcp/fax-gateway").exchanges[0].payload


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


def test_over_tcp_a_request_is_for_nobody() -> None:
    """Neither end is known, so no name of ours or theirs is in it; and no hop may follow."""
    asked = sip.options_over_tcp().decode()

    assert asked.startswith("OPTIONS sip:ronde.invalid SIP/2.0\r\n")
    assert "\r\nMax-Forwards: 0\r\n" in asked
    assert "\r\nVia: SIP/2.0/TCP ronde.invalid;branch=z9hG4bK-ronde-tcp;rport\r\n" in asked


def test_a_response_ends_where_it_says() -> None:
    """Headers, and as much of a description as they announce; what follows is another's."""
    assert sip.frame(TELEPHONE + b"SIP/2.0 100 Trying\r\n") == len(TELEPHONE)
    assert {sip.frame(TELEPHONE[:end]) for end in range(len(TELEPHONE))} == {None}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="a page"),
        pytest.param(b"SIP/2.0 200 OK\r\nCSeq: 1 OPTIONS\r\n\r\n", id="no length"),
        pytest.param(b"SIP/2.0 200 OK\r\nl: 99999\r\n\r\n", id="too long"),
        pytest.param(b"SIP/2.0 200 OK\r\n" + b"X: y\r\n" * 4_000, id="endless headers"),
    ],
)
def test_what_has_no_end_is_garbled(data: bytes) -> None:
    """Nobody waits for it."""
    with pytest.raises(Garbled):
        sip.frame(data)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(GATEWAY[:200].__add__))
def test_a_framing_gives_a_length_or_nothing(data: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        length = sip.frame(data)
    except Garbled:
        return
    assert length is None or 0 < length <= len(data)


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


def test_a_header_of_a_maker_s_own_is_read() -> None:
    """Its name is any token [RFC 3261, 25.1]."""
    said = GATEWAY.replace(b"CSeq", b"X-Real_IP.2: 198.51.100.7\r\nCSeq")

    assert sip.decode(said).headers["x-real_ip.2"] == "198.51.100.7"


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
