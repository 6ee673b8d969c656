"""What the probe of ClickHouse's native port makes of real refusals, and of other replies."""

import pytest

from probes.clickhousenative import HELLO, ClickhouseNative
from scanner.model import Access, Assessment, Service, Silence, Unknown
from tests.transcripts import asked, load, replay

PROBE = ClickhouseNative()


@pytest.mark.parametrize(
    ("server", "code"),
    [("18-open", 192), ("18-locked", 192), ("18-tls-only", 192), ("21-any", 101), ("24-any", 101)],
)
def test_a_server_is_identified_by_how_it_refuses(server: str, code: int) -> None:
    """Open or locked, it says the same to who names no user."""
    found = replay(PROBE, load(f"clickhousenative/{server}"))

    assert found == Assessment(
        access=Access.IDENTIFIED,
        service=Service("clickhouse"),
        because=f"refuses a Hello that names no user, with code {code}; none was named",
    )


def test_one_hello_is_all_that_is_sent() -> None:
    """No query, and no second Hello."""
    assert asked(PROBE, load("clickhousenative/24-any")) == [HELLO.name]


def test_being_let_in_is_one_side_of_a_proof() -> None:
    """The other side would be a query, and none is sent."""
    found = replay(PROBE, load("clickhousenative/let-in"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.HALF_PROOF
    assert found.service == Service("clickhouse", "24.8")


def test_a_version_that_is_no_number_of_a_version_is_not_told() -> None:
    """Whatever the server counts up to, a bounded number leaves the probe or none."""
    huge = b"\0\x0aClickHouse" + b"\xff\xff\xff\xff\x7f" * 3
    found = replay(PROBE, load("clickhousenative/let-in").with_payload(0, huge))

    assert isinstance(found, Unknown)
    assert found.service == Service("clickhouse")


def test_an_error_of_another_number_is_not_identified() -> None:
    """Only those of the list can answer a nameless caller."""
    found = replay(PROBE, load("clickhousenative/other"))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.UNRECOGNISED


@pytest.mark.parametrize("reply", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\x05Other\x01\x01\0"])
def test_another_product_is_not_identified(reply: bytes) -> None:
    """What is no reply of ClickHouse is refused by the codec."""
    found = replay(PROBE, load("clickhousenative/other").with_payload(0, reply))

    assert isinstance(found, Unknown)
    assert found.silence is Silence.GARBLED
    assert found.service is None
