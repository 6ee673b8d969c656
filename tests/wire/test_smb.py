"""SMB 2: the messages that are written, and the responses that are read."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, smb
from scanner.wire.smb import MAX_MESSAGE, Reply

TEXT = st.text(max_size=20)


def response(command: int, status: int, body: bytes = b"") -> bytes:
    """Write a response with the session `S` and the tree `T`."""
    head = struct.pack("<4sHHIHHII", b"\xfeSMB", 64, 1, status, command, 1, 1, 0)
    ids = bytes(8) + bytes(4) + b"T\0\0\0" + b"S" + bytes(7) + bytes(16)
    return struct.pack(">I", 64 + len(body)) + head + ids + body


def test_a_negotiation_offers_the_dialects_in_which_nobody_signs() -> None:
    """The bytes of a capture of another client's, but for its credits and identifier."""
    written = smb.negotiate()

    assert len(written) == 4 + 64 + 36 + 8
    assert written[:8].hex() == "0000006cfe534d42"
    assert written[-8:].hex() == "0202100200030203"


def test_an_anonymous_log_on_has_no_name_and_no_response() -> None:
    """One zero byte where the response to the challenge would be; all else is empty."""
    token = smb.anonymous("S").partition(b"NTLMSSP\0")[2]

    assert token[4:12] == struct.pack("<HHI", 1, 1, 64)
    assert token[12:52] == struct.pack("<HHI", 0, 0, 65) * 5
    assert token[56:] == b"\0"


def test_a_response_that_says_pending_is_not_the_last() -> None:
    """A server that is slow says so first."""
    data = response(smb.IOCTL, smb.PENDING) + response(smb.IOCTL, smb.SUCCESS, b"x")

    assert smb.frame(data + b"\0") == len(data)
    assert smb.frame(data[:-1]) is None
    assert smb.decode(data, smb.IOCTL) == Reply(smb.IOCTL, 0, "S" + "\0" * 7, "T\0\0\0", b"x")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request", id="another protocol"),
        pytest.param(b"\0\0\0\x40\xffSMB", id="SMB 1"),
        pytest.param(b"\0\0\0\x3f\xfeSMB", id="a message shorter than its head"),
        pytest.param((MAX_MESSAGE + 1).to_bytes(4, "big"), id="a message too long"),
        pytest.param(response(0, smb.PENDING) * 9, id="pending for ever"),
    ],
)
def test_what_cannot_become_a_response_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        smb.frame(data)


@pytest.mark.parametrize(
    "data", [response(smb.CREATE, 0), smb.logoff("\1", "S"), response(smb.LOGOFF, 0)[:-1]]
)
def test_a_response_to_another_command_is_garbled(data: bytes) -> None:
    """So is a request, and half a response."""
    with pytest.raises(Garbled):
        smb.decode(data, smb.LOGOFF)


def test_an_output_is_where_the_response_says() -> None:
    """Its place counts from the head."""
    fixed = bytes(32) + struct.pack("<IIII", 64 + 48, 3, 0, 0)
    found = smb.decode(response(smb.IOCTL, 0, fixed + b"out"), smb.IOCTL)

    assert smb.output_of(found) == b"out"


@pytest.mark.parametrize(("start", "size"), [(64 + 48, 9), (3, 3)])
def test_an_output_beyond_the_message_is_garbled(start: int, size: int) -> None:
    """Places are a server's claim."""
    fixed = bytes(32) + struct.pack("<IIII", start, size, 0, 0)

    with pytest.raises(Garbled):
        smb.output_of(Reply(smb.IOCTL, 0, "", "", fixed + b"out"))


@given(number=TEXT, session=TEXT, tree=TEXT, name=TEXT)
def test_any_identifiers_and_names_are_written_in_the_length_that_is_said(
    number: str, session: str, tree: str, name: str
) -> None:
    """They are a server's own text."""
    for written in (
        smb.tree_connect(number, session, name),
        smb.open_pipe(session, tree, name),
        smb.transceive(number, session, tree, name, b""),
    ):
        assert int.from_bytes(written[:4], "big") == len(written) - 4


@given(st.binary(max_size=100) | st.binary(max_size=80).map(lambda x: response(0, 0, x)))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length can be read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = smb.frame(data)
        assert length is None or 0 < length <= len(data)
        assert length is None or isinstance(smb.decode(data[:length], 0), Reply)
    for read in (smb.dialect, smb.output_of, smb.file_of):
        with contextlib.suppress(Garbled):
            read(Reply(0, 0, "", "", data))
