"""Replies of the FTP family: codes, continuations, warnings before a greeting, data ports."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, lines
from scanner.wire.lines import MAX_LINE, MAX_LINES, Reply

GREETING = b"220 faxhost server (HylaFAX (tm) Version 6.0.7) ready.\r\n"
WARNING = b'130 Warning, client address "192.0.2.7" is not listed for host name "pc.example".\r\n'
STATUS = b"211-faxhost HylaFAX server status:\r\n    Waiting for user name\r\n211 End of status\r\n"

REPLIES = [
    pytest.param(b"331 Password required.\r\n", Reply(331, ("Password required.",)), id="one line"),
    pytest.param(b"331 Password required.\n", Reply(331, ("Password required.",)), id="bare LF"),
    pytest.param(b"220\r\n", Reply(220, ("",)), id="a code alone"),
    pytest.param(b"220 \r\n", Reply(220, ("",)), id="an empty text"),
    pytest.param(
        STATUS,
        Reply(
            211,
            ("faxhost HylaFAX server status:", "    Waiting for user name", "End of status"),
        ),
        id="continued, lines without a code",
    ),
    pytest.param(
        b"230-Down at six.\r\n230-Back at seven.\n230 User ronde logged in.\r\n",
        Reply(230, ("Down at six.", "Back at seven.", "User ronde logged in.")),
        id="continued, mixed line ends",
    ),
    pytest.param(
        b"220-first\r\n530 not the end\r\n220 last\r\n",
        Reply(220, ("first", "530 not the end", "last")),
        id="another code inside does not end it",
    ),
    pytest.param(
        b"220 \xff\xfe\r\n", Reply(220, ("\N{REPLACEMENT CHARACTER}" * 2,)), id="not UTF-8"
    ),
]

REFUSED = [
    pytest.param(b"HTTP/1.1 200 OK\r\n", id="another protocol"),
    pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="another greeting"),
    pytest.param(b"+OK ready\r\n", id="a mail server"),
    pytest.param(b"\r\n", id="an empty line"),
    pytest.param(b"22 short\r\n", id="two digits"),
    pytest.param(b"2200 long\r\n", id="four digits"),
    pytest.param(b"620 beyond\r\n", id="a code beyond 5xx"),
    pytest.param("\u0662\u0662\u0660 ready\r\n".encode(), id="other digits"),
    pytest.param(b"220" + b"x" * MAX_LINE, id="a line without an end"),
    pytest.param(b"220-" + b"x" * MAX_LINE + b"\r\n", id="a line too long"),
    pytest.param(b"220-x\r\n" * (MAX_LINES + 1), id="too many lines"),
    pytest.param(WARNING * (MAX_LINES + 1), id="too many warnings"),
]

NO_EXTENDED_PORT = [
    pytest.param(227, "Entering passive mode (192,0,2,7,200,1)", id="another code"),
    pytest.param(229, "Entering Extended Passive Mode", id="no port"),
    pytest.param(229, "(|||65536|)", id="beyond the last port"),
    pytest.param(229, "(|||0|)", id="no port at all"),
    pytest.param(229, "(|||22|)", id="a service, not a data port"),
    pytest.param(229, "(||192.0.2.9|50000|)", id="an address is no part of it"),
    pytest.param(229, "(|||50000)", id="not closed"),
    pytest.param(229, "(|||-1|)", id="a negative port"),
]

NO_PASSIVE_PORT = [
    pytest.param(229, "(|||50000|)", id="another code"),
    pytest.param(227, "Entering passive mode", id="no port"),
    pytest.param(227, "(192,0,2,7,0,22)", id="a service, not a data port"),
    pytest.param(227, "(192,0,2,7,256,1)", id="an octet too large"),
    pytest.param(227, "(192,0,2,7,200,999)", id="another octet too large"),
    pytest.param(227, "(192,0,2,7,200)", id="five octets"),
]


@pytest.mark.parametrize(("data", "reply"), REPLIES)
def test_a_reply_is_decoded(data: bytes, reply: Reply) -> None:
    """A reply is its code and the text of its lines."""
    assert lines.decode(data) == reply


@pytest.mark.parametrize(("data", "reply"), REPLIES)
def test_a_frame_ends_where_its_reply_ends(data: bytes, reply: Reply) -> None:
    """What a server sends behind a reply belongs to the next one."""
    assert lines.frame(data + b"226 Transfer complete.\r\n") == len(data), reply


@pytest.mark.parametrize(("data", "reply"), REPLIES)
def test_a_truncated_reply_is_incomplete_at_every_byte(data: bytes, reply: Reply) -> None:
    """A reply that stops is awaited."""
    assert [lines.frame(data[:end]) for end in range(len(data))] == [None] * len(data), reply


@pytest.mark.parametrize("data", REFUSED)
def test_what_cannot_become_a_reply_is_refused_while_framing(data: bytes) -> None:
    """Nothing more is awaited of a peer that speaks otherwise or without end."""
    with pytest.raises(Garbled):
        lines.frame_final(data)


def test_a_greeting_is_framed_behind_its_warnings() -> None:
    """A fax server whose resolver doubts our name warns, and greets all the same."""
    assert lines.frame_final(WARNING * 2 + GREETING) == len(WARNING * 2 + GREETING)


def test_warnings_alone_are_no_greeting() -> None:
    """A preliminary reply promises another one."""
    assert lines.frame_final(WARNING) is None


def test_the_greeting_is_read_not_the_warnings() -> None:
    """Of several replies the last one counts."""
    assert lines.decode(WARNING + GREETING).code == 220


def test_the_verdict_of_a_long_reply_stands_in_its_last_line() -> None:
    """A shutdown notice comes before the line that matters."""
    assert lines.decode(b"230-Down at six.\r\n230 Welcome.\r\n").text == "Welcome."


@pytest.mark.parametrize("data", [b"", b"220-first\r\n", GREETING[:-1], GREETING + b"2"])
def test_half_a_reply_is_not_decoded(data: bytes) -> None:
    """Decoding is for whole replies."""
    with pytest.raises(Garbled):
        lines.decode(data)


def test_an_extended_passive_port_is_read() -> None:
    """The port stands between three delimiters and one [RFC 2428]."""
    assert lines.extended_passive_port(Reply(229, ("Mode (|||50001|)",))) == 50001


def test_an_extended_passive_port_may_have_another_delimiter() -> None:
    """RFC 2428 leaves the delimiter to the server."""
    assert lines.extended_passive_port(Reply(229, ("Mode (!!!50001!)",))) == 50001


@pytest.mark.parametrize(("code", "text"), NO_EXTENDED_PORT)
def test_no_extended_passive_port_is_guessed(code: int, text: str) -> None:
    """Only a port where a data connection can be is one."""
    with pytest.raises(Garbled):
        lines.extended_passive_port(Reply(code, (text,)))


def test_a_passive_port_is_read_and_its_address_is_not() -> None:
    """The server cannot send us to another host: its address is looked over, not at."""
    assert lines.passive_port(Reply(227, ("Mode (203,0,113,9,195,80)",))) == 50000


@pytest.mark.parametrize(("code", "text"), NO_PASSIVE_PORT)
def test_no_passive_port_is_guessed(code: int, text: str) -> None:
    """Only a port where a data connection can be is one."""
    with pytest.raises(Garbled):
        lines.passive_port(Reply(code, (text,)))


def test_a_refusal_never_repeats_what_the_peer_sent() -> None:
    """An error message may be printed, so it holds no byte of a server."""
    with pytest.raises(Garbled, match=r"^expected a three-digit code$"):
        lines.frame(b"CANARY\r\n")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_incomplete_or_garbled(data: bytes) -> None:
    """No input raises anything else, and a frame is never longer than what has come."""
    assert _framed(data) in range(-1, len(data) + 1)


@given(st.text(alphabet="0123456789 -\r\nab", max_size=80))
def test_almost_replies_are_a_frame_or_incomplete_or_garbled(text: str) -> None:
    """The same for input that looks like replies."""
    assert _framed(text.encode()) in range(-1, len(text) + 1)


@given(st.integers(1, 70_000), st.text(max_size=40))
def test_a_port_is_in_range_or_refused(port: int, words: str) -> None:
    """Whatever stands around it, no port below 1024 or above 65535 comes out."""
    try:
        read = lines.extended_passive_port(Reply(229, (f"{words}(|||{port}|)",)))
    except Garbled:
        read = 1024
    assert 1024 <= read <= 65535


def _framed(data: bytes) -> int:
    try:
        size = lines.frame(data)
    except Garbled:
        return -1
    if size is not None:
        lines.decode(data[:size])
    return size or 0
