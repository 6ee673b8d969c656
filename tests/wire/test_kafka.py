"""Kafka's frames: what frames, what decodes, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.wire import Garbled, kafka
from scanner.wire.kafka import Metadata, Topic

BROKER = "00000001" + "0001" + "61" + "00002384" + "ffff"
TOPIC_V8 = (
    "0000" + "0005" + b"faxes".hex() + "00" + "00000001"
    + "0000" + "00000000" + "00000001" + "00000000"
    + "00000001" + "00000001" + "00000001" + "00000001" + "00000000" + "80000000"
)  # fmt: skip
HEAD = "00000000" + "00000003"


@given(st.binary(max_size=64))
def test_whatever_comes_is_framed_or_refused(data: bytes) -> None:
    """A length that has come, None while it has not, or `Garbled`."""
    try:
        size = kafka.framing(kafka.METADATA)(data)
    except Garbled:
        size = None
    assert size is None or 4 <= size <= len(data)


@pytest.mark.parametrize(
    "data", [b"HTTP/1.1 400", b"\x15\x03\x01\x00\x02", b"\0\0\0\x08\0\0\0\x04"]
)
def test_what_cannot_be_the_reply_is_refused_at_once(data: bytes) -> None:
    """Another protocol by its length, another reply by its correlation."""
    with pytest.raises(Garbled):
        kafka.framing(kafka.METADATA)(data)


@given(body=st.binary(max_size=200), version=st.sampled_from([1, 4, 8]))
def test_any_listing_is_read_or_refused(body: bytes, version: int) -> None:
    """No other exception, whatever the counts say."""
    try:
        found = kafka.metadata(bytes(8) + body, version)
    except Garbled:
        return
    assert found.brokers >= 0


def test_a_listing_of_version_8_is_read() -> None:
    """Cluster, brokers, what we may do, topics with their partitions; no address is kept."""
    body = HEAD + "00000000" + "00000001" + BROKER + "0001" + "63" + "00000001"
    reply = bytes.fromhex(body + "00000001" + TOPIC_V8 + "00001fa0")

    assert kafka.metadata(reply, 8) == Metadata(
        "c", 1, 0x1FA0, (Topic("faxes", 1, is_internal=False),)
    )


def test_bytes_after_a_listing_are_refused() -> None:
    """Another version's reply would be read as nonsense."""
    with pytest.raises(Garbled, match="bytes after"):
        kafka.metadata(bytes.fromhex(HEAD + "00000000" + "00000000" + "00000000" + "ff"), 1)


def test_sizes_are_summed_over_directories_and_partitions() -> None:
    """A topic may lie in several places of one broker."""
    partition = "00000000" + f"{40:016x}" + "00" * 9
    topic = "0001" + "74" + "00000002" + partition * 2
    directory = "0000" + "0001" + "2f" + "00000001" + topic
    reply = bytes.fromhex(HEAD + "00000000" + "00000002" + directory * 2)

    assert kafka.sizes(reply) == {"t": 160}


def test_the_listing_names_no_topic_and_lets_none_be_created() -> None:
    """A null list; version 4 adds that nothing may be created, version 8 what we want to know."""
    assert kafka.all_topics(1)[-4:] == b"\xff\xff\xff\xff"
    assert kafka.all_topics(4)[-5:] == b"\xff\xff\xff\xff\0"
    assert kafka.all_topics(8)[-7:] == b"\xff\xff\xff\xff\0\1\0"
