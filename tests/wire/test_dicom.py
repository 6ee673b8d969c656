"""Associations of DICOM: what is proposed, and what may answer it."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, dicom
from scanner.wire.dicom import MAX_PDU, Aborted, Accepted, Context, Rejected

HEAD = bytes.fromhex("00010000") + b"ANY-SCP".ljust(16) + b"RONDE".ljust(16) + bytes(32)
APPLICATION = b"\x10\0\0\x151.2.840.10008.3.1.1.1"
VERIFICATION = b"\x21\0\0\x19\x01\0\0\0\x40\0\0\x111.2.840.10008.1.2"
NO_SUCH = b"\x21\0\0\x04\x11\0\3\0"
USER = b"\x50\0\0\x24\x51\0\0\4\0\0\x40\0\x52\0\0\x051.2.3\x55\0\0\x0fOFFIS_DCMTK_367"
ACCEPTANCE = HEAD + APPLICATION + VERIFICATION + NO_SUCH + USER


def pdu(kind: int, body: bytes) -> bytes:
    """Write a PDU as a server does."""
    return struct.pack(">BBI", kind, 0, len(body)) + body


def test_a_proposal_names_nobody_and_has_nine_contexts() -> None:
    """The titles are the same for every server; each context has an odd number of its own."""
    written = dicom.associate()

    assert written[:10].hex() == "0100000002bc" + "00010000"
    assert written[10:42] == b"ANY-SCP         RONDE           "
    assert written.count(b"\x40\0\0\x111.2.840.10008.1.2") == len(Context) == 9
    assert int.from_bytes(written[2:6]) == len(written) - 6


def test_a_release_and_an_abort_hold_nothing() -> None:
    """Ten bytes each [PS3.8 9.3.6, 9.3.8]."""
    assert dicom.release().hex() == "05000000000400000000"
    assert dicom.abort().hex() == "07000000000400000000"


def test_an_acceptance_gives_the_result_of_each_context() -> None:
    """And how the server describes itself."""
    data = pdu(2, ACCEPTANCE)

    assert dicom.frame_association(data + b"x") == len(data)
    assert dicom.decode_association(data) == Accepted(
        {1: 0, 17: 3}, 16_384, "1.2.3", "OFFIS_DCMTK_367"
    )


def test_what_is_no_uid_is_dropped() -> None:
    """A server's own text leaves the codec only in a shape that is a number's."""
    odd = USER.replace(b"1.2.3", b"1.<b>")
    found = dicom.decode_association(pdu(2, HEAD + APPLICATION + VERIFICATION + odd))

    assert isinstance(found, Accepted)
    assert found.uid == ""


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (pdu(3, b"\0\1\1\3"), Rejected(1, 1, 3)),
        (pdu(3, b"\0\2\3\1"), Rejected(2, 3, 1)),
        (pdu(7, b"\0\0\2\6"), Aborted(2, 6)),
    ],
)
def test_a_refusal_gives_its_reason(data: bytes, found: object) -> None:
    """Result, source and reason of a rejection; source and reason of an abortion."""
    assert dicom.frame_association(data) == 10
    assert dicom.decode_association(data) == found


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="an HTTP server on the port"),
        pytest.param(b"\x15\3\1\0\2\2\x28", id="TLS"),
        pytest.param(b"\4", id="data before an association"),
        pytest.param(b"\3\0\0\0\0\5", id="a rejection of another length"),
        pytest.param(b"\2\0" + (MAX_PDU + 1).to_bytes(4), id="an acceptance too long"),
        pytest.param(b"\2\0\xff\xff\xff\xff", id="a length that lies"),
    ],
)
def test_what_cannot_answer_an_association_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        dicom.frame_association(data)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(HEAD[:60], id="no titles"),
        pytest.param(HEAD + VERIFICATION, id="no application context"),
        pytest.param(HEAD + APPLICATION.replace(b"3.1.1.1", b"3.1.1.2"), id="another one"),
        pytest.param(HEAD + APPLICATION + USER, id="no context"),
        pytest.param(ACCEPTANCE + b"\x21\0\0\4\x63\0\0\0", id="a context that nobody proposed"),
        pytest.param(ACCEPTANCE + b"\x21\0", id="an item that stops"),
        pytest.param(ACCEPTANCE + b"\x21\0\0\5\1\0\0\0", id="an item that is too long"),
    ],
)
def test_an_acceptance_of_something_else_is_garbled(body: bytes) -> None:
    """It has to be about what was proposed."""
    with pytest.raises(Garbled):
        dicom.decode_association(pdu(2, body))


@pytest.mark.parametrize("data", [pdu(3, b"\0\3\1\1"), pdu(3, b"\0\1\0\1"), pdu(3, b"\0\1\1"), b""])
def test_a_rejection_that_is_none_is_garbled(data: bytes) -> None:
    """Results are one and two, sources one to three."""
    with pytest.raises(Garbled):
        dicom.decode_association(data)


def test_a_release_is_answered_by_a_release_or_an_abort() -> None:
    """By nothing else."""
    assert dicom.frame_release(bytes.fromhex("06000000000400000000")) == 10
    assert dicom.frame_release(dicom.abort()[:9]) is None
    with pytest.raises(Garbled):
        dicom.frame_release(dicom.release())


def test_nothing_is_waited_for_after_an_abort() -> None:
    """Whatever a server still sends is left where it is."""
    with pytest.raises(Garbled):
        dicom.frame_nothing(b"")


PDUS = st.builds(pdu, st.sampled_from([2, 3, 7]), st.binary(max_size=80))
PARTS = st.lists(st.sampled_from([APPLICATION, VERIFICATION, NO_SUCH, USER, b"\x50\0"]), max_size=4)
ANSWERS = st.binary(max_size=60) | PDUS | PARTS.map(lambda x: pdu(2, HEAD + b"".join(x)))


@given(ANSWERS)
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length is read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = dicom.frame_association(data)
        assert length is None or 0 < length <= len(data)
    with contextlib.suppress(Garbled):
        assert isinstance(dicom.decode_association(data), Accepted | Rejected | Aborted)


@given(st.integers(0, len(pdu(2, ACCEPTANCE)) - 1))
def test_half_an_acceptance_is_waited_for(end: int) -> None:
    """At each byte."""
    assert dicom.frame_association(pdu(2, ACCEPTANCE)[:end]) is None
