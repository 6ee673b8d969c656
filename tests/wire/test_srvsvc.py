"""The list of shares: what is asked of the server service, and what is read."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, srvsvc
from scanner.wire.srvsvc import DISK, Share


def text(value: str) -> bytes:
    """Write a conformant and varying string."""
    raw = (value + "\0").encode("utf-16-le")
    count = len(raw) // 2
    return struct.pack("<III", count, 0, count) + raw + bytes(-len(raw) % 4)


def answer(*shares: tuple[str, int], result: int = 0, flags: int = 3) -> bytes:
    """Write the answer to a NetrShareEnum of level 1."""
    entries = b"".join(struct.pack("<III", 1, kind, 2) for _, kind in shares)
    texts = b"".join(text(name) + text("a remark") for name, _ in shares)
    count = len(shares)
    listed = struct.pack("<III", count, 1, count) + entries + texts if count else bytes(8)
    stub = struct.pack("<III", 1, 1, 1) + listed + struct.pack("<III", count, 0, result)
    head = struct.pack("<BBBBIHHI", 5, 0, 2, flags, 0x10, 24 + len(stub), 0, 1)
    return head + bytes(8) + stub


def test_a_bind_names_the_server_service() -> None:
    """Its identifier and version, and the common transfer syntax."""
    written = srvsvc.bind()

    assert int.from_bytes(written[8:10], "little") == len(written) == 72
    assert written[32:48].hex() == "c84f324b7016d30112785a47bf6ee188"


def test_the_question_is_number_15_at_level_1() -> None:
    """Of no server by name, with no limit and no place to go on from."""
    written = srvsvc.share_enum()

    assert written[22:24] == b"\x0f\0"
    assert written[28:32] == b"\1\0\0\0"


def test_shares_have_a_name_and_a_kind() -> None:
    """Remarks are read over."""
    data = answer(("faxes", DISK), ("IPC$", 0x8000_0003))

    assert srvsvc.shares(data) == (Share("faxes", DISK), Share("IPC$", 0x8000_0003))


def test_no_shares_are_none_and_a_refusal_is_not() -> None:
    """The result tells them apart; a fault is a refusal as well."""
    assert srvsvc.shares(answer()) == ()
    assert srvsvc.shares(answer(result=5)) is None
    assert srvsvc.shares(b"\5\0\3\3" + bytes(28)) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(answer(("faxes", DISK), flags=1), id="one fragment of several"),
        pytest.param(answer(("faxes", DISK))[:-30], id="cut short"),
        pytest.param(b"\5\0\x0c\3" + bytes(60), id="another answer"),
        pytest.param(answer(("a" * 600, DISK)), id="a name that never ends"),
    ],
)
def test_what_is_no_list_is_garbled(data: bytes) -> None:
    """Nothing is guessed from half of it."""
    with pytest.raises(Garbled):
        srvsvc.shares(data)


@given(st.binary(max_size=120), st.integers(0, 120))
def test_any_bytes_are_a_list_or_a_refusal_or_garbled(data: bytes, place: int) -> None:
    """Behind the head of a real answer, too."""
    real = answer(("faxes", DISK))
    for spoilt in (data, real[:24] + data, real[:place] + data + real[place:]):
        with contextlib.suppress(Garbled):
            srvsvc.shares(spoilt)
