"""ONC RPC: the calls that are written, and the lists that are read."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, rpc
from scanner.wire.rpc import MAX_ITEMS, MAX_REPLY, Export, Reply


def record(*words: int, body: bytes = b"", last: bool = True) -> bytes:
    """Write one fragment."""
    data = struct.pack(f">{len(words)}I", *words) + body
    return struct.pack(">I", (0x8000_0000 if last else 0) | len(data)) + data


ACCEPTED = (0x726F6E64, 1, 0, 0, 0)


def test_a_call_carries_no_credential() -> None:
    """A capture of another client's, but for the number of the call."""
    expected = "80000028726f6e640000000000000002000186a50000000300000005" + "00" * 16

    assert rpc.call(rpc.MOUNTD, 3, 5).hex() == expected


def test_a_reply_may_come_in_fragments() -> None:
    """The last one says that it is."""
    data = record(*ACCEPTED, last=False) + record(0, 7)

    assert rpc.frame(data + b"x") == len(data)
    assert rpc.frame(data[:-1]) is None
    assert rpc.decode(data) == Reply(rpc.SUCCESS, b"\0\0\0\7")


def test_a_call_that_is_not_accepted_is_denied() -> None:
    """Whatever the reason: a credential is wanted, or another version of RPC."""
    assert rpc.decode(record(0x726F6E64, 1, 1, 1, 5)) == Reply(rpc.DENIED, b"")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"HTTP/1.1 400 Bad Request", id="another protocol"),
        pytest.param(record(1, 1, 0), id="a reply to another call"),
        pytest.param((0x8000_0000 | MAX_REPLY).to_bytes(4, "big"), id="a record too long"),
        pytest.param(record(0x726F6E64, 1, last=False) + record(last=False) * 64, id="fragments"),
    ],
)
def test_what_cannot_become_a_reply_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        rpc.frame(data)


def test_exports_have_a_path_and_groups() -> None:
    """Texts are padded to four bytes; each list ends with a zero."""
    body = struct.pack(">II4sII4sII", 1, 4, b"/srv", 1, 1, b"*", 0, 0)

    assert rpc.exports(body) == (Export("/srv", ("*",)),)


def test_ports_are_those_of_one_program_on_tcp() -> None:
    """UDP, other programs and the port 0 are left out."""
    entries = [(rpc.MOUNTD, 6, 892), (rpc.MOUNTD, 17, 893), (rpc.NFS, 6, 2049), (rpc.MOUNTD, 6, 0)]
    body = b"".join(struct.pack(">5I", 1, known, 3, how, port) for known, how, port in entries)

    assert rpc.tcp_ports(body + bytes(4), rpc.MOUNTD) == {892}


def test_a_list_without_end_is_garbled() -> None:
    """Its items are counted."""
    with pytest.raises(Garbled):
        rpc.exports(struct.pack(">III", 1, 0, 0) * (MAX_ITEMS + 1))


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_garbled(data: bytes) -> None:
    """As a record, as its result, as a list."""
    with contextlib.suppress(Garbled):
        length = rpc.frame(data)
        assert length is None or 0 < length <= len(data)
    for read in (rpc.decode, rpc.exports, lambda body: rpc.tcp_ports(body, rpc.NFS)):
        with contextlib.suppress(Garbled):
            read(data)


@given(st.binary(max_size=80))
def test_a_record_of_ours_is_read_or_garbled(body: bytes) -> None:
    """Beyond the head, too."""
    data = record(*ACCEPTED, body=body)

    assert rpc.frame(data) == len(data)
    with contextlib.suppress(Garbled):
        rpc.decode(data)
