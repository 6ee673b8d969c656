"""TNS: the question about a version, and what a listener answers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, tns
from scanner.wire.tns import Listener

REFUSAL = b"\x22\0\0\x29(DESCRIPTION=(VSNNUM=318767104)(ERR=1189))"


def packet(kind: int, body: bytes) -> bytes:
    """Write a packet."""
    return (len(body) + 8).to_bytes(2, "big") + b"\0\0" + bytes([kind]) + b"\0\0\0" + body


def test_the_question_says_its_own_length_and_names_no_service() -> None:
    """The bytes that free clients send."""
    asked = tns.ask_version()

    assert asked[:10].hex() == "005a0000010000000136"
    assert asked[24:28].hex() == "0020003a"
    assert asked[58:] == b"(CONNECT_DATA=(COMMAND=version))"
    assert len(asked) == 90


@pytest.mark.parametrize(
    ("number", "version"), [(b"318767104", "19.0"), (b"186647552", "11.2"), (b"352321536", "21.0")]
)
def test_a_refusal_tells_the_version(number: bytes, version: str) -> None:
    """It is packed in two ways."""
    data = packet(tns.REFUSE, REFUSAL.replace(b"318767104", number))

    assert tns.frame(data + b"x") == len(data)
    assert tns.decode(data) == Listener(tns.REFUSE, version)


@pytest.mark.parametrize("kind", [tns.ACCEPT, tns.REDIRECT, tns.RESEND])
def test_other_answers_tell_none(kind: int) -> None:
    """The listener is recognised all the same."""
    assert tns.decode(packet(kind, b"")) == Listener(kind, None)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request", id="another protocol"),
        pytest.param(packet(1, b""), id="a packet of clients"),
        pytest.param(b"\xff\xff\0\0\x04\0\0\0", id="a packet too long"),
    ],
)
def test_what_cannot_become_an_answer_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        tns.frame(data)


def test_a_refusal_in_other_words_is_garbled() -> None:
    """The packet alone is four bytes that mean something."""
    with pytest.raises(Garbled):
        tns.decode(packet(tns.REFUSE, b"no"))


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda body: packet(4, body)))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length can be read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = tns.frame(data)
        assert length is None or 0 < length <= len(data)
        assert length is None or isinstance(tns.decode(data[:length]), Listener)
