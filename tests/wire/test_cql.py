"""CQL's frames: what frames, what decodes, and what is refused before it costs anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, cql


def answer(opcode: int, body: bytes, version: int = 0x83, flags: int = 0) -> bytes:
    """Write a frame as a server does."""
    return bytes([version, flags, 0, 0, opcode]) + len(body).to_bytes(4, "big") + body


def text(words: str) -> bytes:
    """Write a string as bodies do."""
    return len(words).to_bytes(2, "big") + words.encode()


def number(value: int) -> bytes:
    """Write an int as bodies do."""
    return value.to_bytes(4, "big", signed=True)


COLUMN = text("name") + b"\x00\x0d"
GLOBAL = text("system") + text("local")

MESSAGES = [
    pytest.param(answer(0x02, b""), cql.Ready(), id="a session"),
    pytest.param(
        answer(0x00, number(0x2200) + text("no table")),
        cql.Failure(0x2200, "no table"),
        id="an error",
    ),
    pytest.param(answer(0x03, text("a.B")), cql.Demand("a.B"), id="a demand"),
    pytest.param(
        answer(0x06, b"\x00\x01" + text("CQL_VERSION") + b"\x00\x02" + text("3.4") + text("3.5")),
        cql.Options({"CQL_VERSION": ("3.4", "3.5")}),
        id="what it can do",
    ),
    pytest.param(
        answer(
            0x08,
            number(2) + number(1) + number(1) + GLOBAL + COLUMN + number(2)
            + number(2) + b"hi" + number(-1),
        ),
        cql.Rows(((b"hi",), (None,))),
        id="rows of one table",
    ),
    pytest.param(
        answer(0x08, number(2) + number(0) + number(1) + GLOBAL + COLUMN + number(0)),
        cql.Rows(()),
        id="no rows, each column with its table",
    ),
]  # fmt: skip

REFUSED = [
    pytest.param(b"HTTP/1.1 400 Bad Request\r\n", id="another protocol"),
    pytest.param(b"\x03\x00", id="a request"),
    pytest.param(answer(0x0C, b""), id="an event"),
    pytest.param(b"\x83\x00\x00\x00\x02\xff\xff\xff\xff", id="a body of four gigabytes"),
]

BROKEN = [
    pytest.param(answer(0x00, b"\x00\x00"), id="an error without a message"),
    pytest.param(answer(0x02, b"", flags=1), id="compressed"),
    pytest.param(answer(0x02, b"") * 2, id="two frames"),
    pytest.param(answer(0x08, number(3)), id="a keyspace instead of rows"),
    pytest.param(answer(0x08, number(2) + number(0) + number(0)), id="no column"),
    pytest.param(answer(0x08, number(2) + number(2) + number(1)), id="more pages"),
    pytest.param(
        answer(0x08, number(2) + number(1) + number(1) + GLOBAL + text("a") + b"\x00\x21"),
        id="a map",
    ),
    pytest.param(
        answer(0x08, number(2) + number(1) + number(1) + GLOBAL + COLUMN + number(1 << 30)),
        id="a thousand million rows",
    ),
]


@pytest.mark.parametrize(("data", "message"), MESSAGES)
def test_a_message_is_read(data: bytes, message: cql.Message) -> None:
    """A frame ends where its header says, and is what its opcode says."""
    assert cql.frame(data + b"\x83") == len(data)
    assert cql.decode(data) == message


@pytest.mark.parametrize(("data", "message"), MESSAGES)
def test_a_frame_in_the_middle_is_incomplete(data: bytes, message: cql.Message) -> None:
    """Every byte of it is awaited."""
    assert {cql.frame(data[:end]) for end in range(len(data))} == {None}
    assert message is not None


@pytest.mark.parametrize("data", REFUSED)
def test_what_cannot_become_an_answer_is_refused_at_once(data: bytes) -> None:
    """Nothing more is awaited."""
    with pytest.raises(Garbled):
        cql.frame(data)


@pytest.mark.parametrize("data", BROKEN)
def test_a_body_that_is_none_is_refused(data: bytes) -> None:
    """Whatever was declared is there, and nothing else was declared."""
    with pytest.raises(Garbled):
        cql.decode(data)


def test_the_requests_are_those_of_the_specification() -> None:
    """Version, flags, stream, opcode, length; then the body."""
    assert cql.options().hex() == "030000000500000000"
    assert cql.startup().hex() == "0300000001000000160001000b43514c5f56455253494f4e0005332e302e30"
    assert cql.query("SELECT 1").hex() == "03000000070000000f0000000853454c4543542031000100"


@given(st.sampled_from([0x00, 0x02, 0x03, 0x06, 0x08]), st.binary(max_size=80))
def test_any_body_is_a_message_or_garbled(opcode: int, body: bytes) -> None:
    """Never another exception."""
    try:
        message = cql.decode(answer(opcode, body))
    except Garbled:
        return
    assert isinstance(message, cql.Message)
