"""LDAP: the search that is written, and the answers that are read."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, ldap
from scanner.wire.ldap import MAX_MESSAGE, Found

ENTRY = bytes.fromhex("301a0201036415040a64633d6578616d706c653007300504016f3100")
DONE = bytes.fromhex("300c02010365070a010004000400")

GARBLED = [
    pytest.param(b"HTTP/1.1 400 Bad Request\r\n\r\n", id="another protocol"),
    pytest.param(b"\x30\x80", id="no length"),
    pytest.param(b"\x30\x84" + (MAX_MESSAGE + 1).to_bytes(4, "big"), id="a message too long"),
    pytest.param(b"\x30\x03\x02\x01\x01", id="a message without operation"),
    pytest.param(b"\x30\x05\x02\x01\x01\x61\x00", id="an answer to a bind"),
    pytest.param(ENTRY * 9, id="entries without end"),
]


def test_a_search_is_of_one_entry_and_binds_nobody() -> None:
    """The bytes of a capture of another client's, but for the time limit."""
    expected = (
        "303b0201036336041164633d6c61622c64633d6578616d706c650a01000a0100020101020105"
        "010100870b6f626a656374436c617373300504" + "03312e31"
    )

    assert ldap.search(3, "dc=lab,dc=example", "1.1").hex() == expected


def test_an_answer_is_read_to_its_end() -> None:
    """An entry with its attributes, then the result."""
    data = ENTRY + DONE

    assert ldap.frame(data + ENTRY) == len(data)
    assert ldap.frame(data[:-1]) is None
    assert ldap.decode(data) == Found(0, is_entry=True, attributes={"o": ()})


def test_a_refusal_is_a_code() -> None:
    """Its text is not kept."""
    refused = (
        bytes.fromhex("30230201026 51e0a0135040004176175".replace(" ", ""))
        + b"thentication required"
    )

    assert ldap.decode(refused) == Found(53, is_entry=False, attributes={})


@pytest.mark.parametrize("data", GARBLED)
def test_what_cannot_become_an_answer_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        ldap.frame(data)


@given(st.text(min_size=1, max_size=400))
def test_any_name_is_written_in_the_length_that_it_says(base: str) -> None:
    """Short and long lengths: a server reads exactly one message."""
    written = ldap.search(2, base, ldap.NO_ATTRIBUTES)
    long = written[1] == 0x82
    said = int.from_bytes(written[2:4], "big") if long else written[1]

    assert len(written) == said + (4 if long else 2)


@given(st.binary(max_size=200) | st.binary(max_size=60).map((ENTRY + DONE[:4]).__add__))
def test_any_bytes_are_a_length_or_none_or_garbled(data: bytes) -> None:
    """And what has a length can be read, or is garbled."""
    with contextlib.suppress(Garbled):
        length = ldap.frame(data)
        assert length is None or 0 < length <= len(data)
        assert length is None or isinstance(ldap.decode(data[:length]), Found)
