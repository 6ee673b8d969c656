"""Kafka's own protocol: the few requests that read names, and what answers them.

Source: https://kafka.apache.org/protocol.html; every version here is older than the compact
("flexible") encoding, and Kafka 4 still speaks it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanner.wire import Garbled, bigendian
from scanner.wire.bigendian import Cursor

METADATA = 3
SASL_HANDSHAKE = 17
API_VERSIONS = 18
LOG_DIRS = 35

#: A topic of ten partitions takes about 400 bytes: an estate of 20,000 of them.
MAX_REPLY = 8 << 20

#: What the authorised operations read when nobody asked for them, or nobody may know.
UNTOLD = -(1 << 31)

_HEADER = 8  # the length and the correlation, which every reply begins with
_CLUSTER_ID_SINCE = 2
_THROTTLE_SINCE = 3
_NO_CREATION_SINCE = 4
_OFFLINE_SINCE = 5
_EPOCH_SINCE = 7
_OPERATIONS_SINCE = 8


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's name, how many partitions it has, and whether it is the broker's own."""

    name: str
    partitions: int
    is_internal: bool


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a broker tells of its cluster. `operations` is a set of bits: what we may do to it."""

    cluster: str
    brokers: int
    operations: int
    topics: tuple[Topic, ...]


def request(api: int, version: int, body: bytes = b"") -> bytes:
    """Write a request; its correlation is the number of its API, so that a reply is known by it."""
    header = _number(api, 2) + _number(version, 2) + _number(api, 4) + _text("ronde")
    return _number(len(header) + len(body), 4) + header + body


def all_topics(version: int) -> bytes:
    """Ask for all topics: a null list, and since version 4 the word that none may be created."""
    return request(
        METADATA,
        version,
        b"\xff\xff\xff\xff"
        + b"\0" * (version >= _NO_CREATION_SINCE)
        + b"\1\0" * (version >= _OPERATIONS_SINCE),
    )


def handshake(mechanism: str) -> bytes:
    """Ask whether a login could be begun in this way; nothing of a login is in it."""
    return request(SASL_HANDSHAKE, 1, _text(mechanism))


def framing(api: int) -> Callable[[bytes], int | None]:
    """Give the framing of the replies to one API."""

    def frame(data: bytes) -> int | None:
        """Give the length of the first reply.

        Raises:
            Garbled: too long, or the reply to something else.
        """
        expected = _number(api, 4)
        if not expected.startswith(data[4:_HEADER]):
            raise Garbled("a reply that answers something else")
        return bigendian.length_prefixed(data, MAX_REPLY)

    return frame


def versions(reply: bytes) -> tuple[int, dict[int, int]]:
    """Read the error of an API listing, and the newest version of each API."""
    at = Cursor(reply, _HEADER)
    error = at.integer(2)
    triples = [(at.integer(2), at.integer(2), at.integer(2)) for _ in range(at.count(least=6))]
    return error, {api: newest for api, _, newest in triples}


def error(reply: bytes) -> int:
    """Read the error that a reply begins with."""
    return Cursor(reply, _HEADER).integer(2)


def metadata(reply: bytes, version: int) -> Metadata:
    """Read a listing of all topics.

    Raises:
        Garbled: it is none, or bytes are left.
    """
    at = Cursor(reply, _HEADER)
    at.take(4 if version >= _THROTTLE_SINCE else 0)
    brokers = at.count(least=12)
    for _ in range(brokers):
        at.take(4), at.text(2), at.take(4), at.text(2)
    cluster = at.text(2) if version >= _CLUSTER_ID_SINCE else ""
    at.take(4)  # which of the brokers is the controller
    topics = tuple(_topic(at, version) for _ in range(at.count(least=9)))
    operations = at.integer(4) if version >= _OPERATIONS_SINCE else UNTOLD
    if at.left:
        raise Garbled("bytes after a listing of topics")
    return Metadata(cluster, brokers, operations, topics)


def sizes(reply: bytes) -> dict[str, int]:
    """Sum up the bytes of each topic in all directories of a broker, whose paths are dropped."""
    at = Cursor(reply, _HEADER)
    at.take(4)
    total: dict[str, int] = {}
    for _ in range(at.count(least=8)):
        at.take(2), at.text(2)
        for name, size in _directory(at):
            total[name] = total.get(name, 0) + size
    return total


def _directory(at: Cursor) -> Iterator[tuple[str, int]]:
    for _ in range(at.count(least=6)):
        name = at.text(2)
        for _ in range(at.count(least=21)):
            at.take(4)
            yield name, max(at.integer(8), 0)
            at.take(9)  # how far a copy lags behind, and whether it is one


def _topic(at: Cursor, version: int) -> Topic:
    at.take(2)  # an error of this topic alone: its leader is away
    name, is_internal = at.text(2), at.take(1) != b"\0"
    partitions = at.count(least=18)
    for _ in range(partitions):
        at.take(14 if version >= _EPOCH_SINCE else 10)
        for _ in range(3 if version >= _OFFLINE_SINCE else 2):
            at.take(4 * at.count(least=4))
    at.take(4 if version >= _OPERATIONS_SINCE else 0)
    return Topic(name, partitions, is_internal)


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, signed=True)


def _text(value: str) -> bytes:
    return _number(len(value.encode()), 2) + value.encode()
