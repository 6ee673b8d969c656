"""The text protocols of queues: what frames, and what is refused."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, words

FRAMES = [
    words.nats_greeting,
    words.nats_answer,
    words.beanstalk,
    words.gearman_line,
    words.gearman_table,
]
OPENINGS = st.sampled_from(
    [b"", b"INFO {", b"PING\r\n", b"PONG\r\n", b"-ERR 'x'\r\n", b"OK 3\r\n", b"OK 1.1\n", b"a\t1\t"]
)


@pytest.mark.parametrize("frame", FRAMES)
@given(opening=OPENINGS, rest=st.binary(max_size=60))
def test_whatever_comes_is_framed_or_refused(
    frame: Callable[[bytes], int | None], opening: bytes, rest: bytes
) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = frame(opening + rest)
    except Garbled:
        size = None
    assert size is None or 0 < size <= len(opening + rest)


@pytest.mark.parametrize(
    ("frame", "data", "size"),
    [
        (words.nats_greeting, b"INFO {}\r\nrest", 9),
        (words.nats_answer, b"PONG\r\n", 6),
        (words.nats_answer, b"PING\r\nINFO {}\r\n+OK\r\nPONG\r\n", 26),
        (words.nats_answer, b"PING\r\n", None),
        (words.beanstalk, b"OK 2\r\nab\r\nrest", 10),
        (words.beanstalk, b"OK 2\r\na", None),
        (words.beanstalk, b"UNKNOWN_COMMAND\r\n", 17),
        (words.beanstalk, b"UNK", None),
        (words.gearman_line, b"OK 1.1.20\n", 10),
        (words.gearman_table, b".\n", 2),
        (words.gearman_table, b"fax\t1\t0\t0\n.\n", 12),
        (words.gearman_table, b"fax\t1\t0", None),
    ],
)
def test_a_reply_ends_where_its_protocol_says(
    frame: Callable[[bytes], int | None], data: bytes, size: int | None
) -> None:
    """What follows belongs to the next one; what is missing is waited for."""
    assert frame(data) == size


@pytest.mark.parametrize(
    ("frame", "data"),
    [
        (words.nats_greeting, b"HTTP/1.1"),
        (words.nats_greeting, b"INFO " + b"x" * words.MAX_LINE),
        (words.nats_answer, b"PING\r\nHTTP"),
        (words.beanstalk, b"OK x" + b" " * 40),
        (words.beanstalk, b"OK 9999999\r\n"),
        (words.beanstalk, b"OK 2\r\nabcd"),
        (words.gearman_line, b"220 mail"),
        (words.gearman_table, b"HTTP/1.1 400 Bad Request\r\n"),
        (words.gearman_table, b"a\tb\n"),
    ],
)
def test_what_cannot_be_a_reply_is_refused_at_once(
    frame: Callable[[bytes], int | None], data: bytes
) -> None:
    """Another protocol, a length beyond the cap, a block that is longer than it says."""
    with pytest.raises(Garbled):
        frame(data)


def test_the_line_that_answers_comes_last() -> None:
    """Asides stand before it."""
    assert words.last_line(b"PING\r\n-ERR 'x'\r\n") == b"-ERR 'x'"
