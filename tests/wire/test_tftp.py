"""Packets of TFTP: one that asks, and what answers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, tftp
from scanner.wire.tftp import Refusal, Transfer


def test_a_request_names_a_file_and_asks_for_its_bytes() -> None:
    """No option is offered."""
    assert tftp.read_request("a") == b"\0\1a\0octet\0"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\0\5\0\1File not found\0", Refusal(1)),
        (b"\0\5\0\0\0", Refusal(0)),
        (b"\0\3\0\1", Transfer()),
        (b"\0\6tsize\x00512\0", Transfer()),
    ],
)
def test_an_answer_is_a_refusal_or_a_transfer(data: bytes, expected: Refusal | Transfer) -> None:
    """The text of a refusal and the bytes of a file are dropped."""
    assert tftp.decode(data) == expected


@given(st.binary(max_size=600) | st.binary(max_size=600).map(b"\0\5\0".__add__))
def test_whatever_comes_is_read_or_garbled(data: bytes) -> None:
    """Reading never fails otherwise, and a code is one that there is."""
    try:
        found = tftp.decode(data)
    except Garbled:
        return
    assert found == Transfer() or found in {Refusal(code) for code in range(9)}
