"""MySQL's packets: greetings, words, results, and what cannot become one."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, mysql
from scanner.wire.mysql import MAX_PACKET, Accepted, Continued, Failure, Greeting, Row

GREETING = mysql.packet(0, b"\x0a8.0.36\0" + bytes(18))
DENIED = mysql.packet(2, b"\xff\x15\x04#28000Access denied")
UNGREETED = mysql.packet(0, b"\xff\x6a\x04Host refused")
EOF = mysql.packet(3, b"\xfe\0\0\0\0")

RESULT = b"".join(
    [
        mysql.packet(1, b"\x02"),
        mysql.packet(2, b"a column"),
        mysql.packet(3, b"another"),
        EOF,
        mysql.packet(5, b"\x05faxes\xfb"),
        mysql.packet(6, b"\x04scan\x0212"),
        EOF,
    ]
)

GARBLED = [
    pytest.param(b"\0\0\0\0", id="an empty packet"),
    pytest.param(b"HTTP/1.1 400 Bad Request", id="another protocol"),
    pytest.param((MAX_PACKET + 1).to_bytes(3, "little") + b"\0", id="a packet too long"),
]


def test_an_introduction_names_a_user_and_offers_nothing() -> None:
    """The answer to the salt is empty."""
    written = mysql.introduction("nobody")

    assert written[:4] == bytes([len(written) - 4, 0, 0, 1])
    assert written.endswith(b"\0" * 23 + b"nobody\0\0mysql_native_password\0")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(GREETING, Greeting("8.0.36"), id="a greeting"),
        pytest.param(UNGREETED, Failure(1130, "Host refused"), id="a refusal in its place"),
    ],
)
def test_what_a_server_says_first_is_read(data: bytes, said: Greeting | Failure) -> None:
    """One packet, whatever follows."""
    assert mysql.frame(data + b"x") == len(data)
    assert mysql.frame(data[:-1]) is None
    assert mysql.greeting(data) == said


@pytest.mark.parametrize(
    ("data", "word"),
    [
        pytest.param(mysql.packet(2, b"\0\0\0\x02\0\0\0"), Accepted(), id="OK"),
        pytest.param(DENIED, Failure(1045, "Access denied"), id="an error"),
        pytest.param(mysql.packet(2, b"\xfed\0"), Continued(is_switch=True), id="a switch"),
        pytest.param(mysql.packet(2, b"\x01\x04"), Continued(is_switch=False), id="more"),
    ],
)
def test_an_answer_is_one_of_four(data: bytes, word: mysql.Word) -> None:
    """Told apart by the first byte."""
    assert mysql.word(data) == word


def test_a_result_is_read_to_its_second_end() -> None:
    """Columns, then rows; NULL is a byte of its own."""
    expected: tuple[Row, ...] = (("faxes", None), ("scan", "12"))

    assert mysql.frame_result(RESULT + DENIED) == len(RESULT)
    assert mysql.frame_result(RESULT[:-1]) is None
    assert mysql.rows(RESULT) == expected


def test_a_refused_statement_has_no_rows() -> None:
    """An error in place of the columns."""
    assert mysql.frame_result(DENIED) == len(DENIED)
    assert mysql.rows(DENIED) is None


def test_a_server_that_asks_for_a_file_of_ours_is_garbled() -> None:
    """LOCAL INFILE is a server's way to read its client's disk."""
    with pytest.raises(Garbled):
        mysql.frame_result(mysql.packet(1, b"\xfb/etc/passwd"))


@pytest.mark.parametrize("data", GARBLED)
def test_what_cannot_become_a_packet_is_garbled_at_once(data: bytes) -> None:
    """No waiting for bytes that would not help."""
    with pytest.raises(Garbled):
        mysql.frame(data)


@pytest.mark.parametrize("row", [b"\x05abc", b"\xfd\x01\0\0a", b"\xfc\xff\xffa"])
def test_a_text_that_is_longer_than_its_row_is_garbled(row: bytes) -> None:
    """A length is the server's claim."""
    with pytest.raises(Garbled):
        mysql.rows(mysql.packet(1, b"\x01") + EOF + mysql.packet(2, row) + EOF)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.binary(max_size=10))
def test_any_packets_are_read_or_garbled(bodies: list[bytes], rest: bytes) -> None:
    """Never another exception, and never more than has come."""
    data = b"".join(mysql.packet(0, body) for body in bodies) + rest
    for read in (mysql.greeting, mysql.word, mysql.rows):
        with contextlib.suppress(Garbled):
            read(data)
    with contextlib.suppress(Garbled):
        length = mysql.frame_result(data)
        assert length is None or 0 < length <= len(data)
