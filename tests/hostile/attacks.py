"""Attacks that only the estate needs: lies about lengths, banners of everybody, and parrots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from anyio.abc import ByteStream

from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.listen import Serve
from scanner.demo.releases import RELEASES
from tests.fakes.connections import reset
from tests.fakes.http import page
from tests.fakes.names import EVIL
from tests.fakes.scripted import Drips, Repeats, Says
from tests.transcripts import load


@dataclass(slots=True)
class Recites:
    """Answers each message of a client with the next of the replies; an empty one hangs up.

    The conversation goes on over the next connection, as probes go on that hang up themselves.
    """

    replies: Sequence[bytes]
    place: int = 0

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        while True:
            await stream.receive()
            reply = self.replies[self.place % len(self.replies)]
            self.place += 1
            if not reply:
                return
            await stream.send(reply)


def parrots(name: str) -> Iterator[tuple[str, Serve]]:
    """Give a honeypot for each reply of a real server, who answers everything with it."""
    for one in load(name).exchanges:
        if one.payload:
            said = page(one.payload) if bytes(one.json) else one.payload
            yield f"parrot of {name}: {one.ask}", Parrot(said)


@dataclass(frozen=True, slots=True)
class Parrot:
    """Answers every message with the same bytes."""

    said: bytes

    async def __call__(self, stream: ByteStream) -> None:
        """Serve one connection."""
        while True:
            await stream.receive()
            await stream.send(self.said)


async def echo(stream: ByteStream) -> None:
    """Say back what was said."""
    while True:
        await stream.send(await stream.receive())


async def reset_in_its_answer(stream: ByteStream) -> None:
    """Begin a page, and reset."""
    await stream.receive()
    await stream.send(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    await reset(stream)


#: What a honeypot says that wants to be everything at once.
BANNERS = (
    b"SSH-2.0-OpenSSH_9.6\r\n220 fax server (HylaFAX (tm) Version 6.0.7) ready.\r\n"
    b"220 (vsFTPd 3.0.3)\r\n+OK POP3\r\n+PONG\r\n-NOAUTH Authentication required.\r\n"
    b"RFB 003.008\n@RSYNCD: 31.0\nVERSION 1.6.18\r\nHTTP/1.1 200 OK\r\n\r\n{}"
)

#: What a terminal would obey.
ESCAPES = b"220 \x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m ready\r\n" * 16

#: The front page of a real product, given to whatever is asked.
FRONT_PAGE = msgspec.json.encode(FakeElasticsearch(RELEASES["7.10"]).front())

#: Every name that a page may hold, as an attack on whoever shows it.
EVIL_PAGE = msgspec.json.encode(
    {
        **dict.fromkeys(("name", "cluster_name", "title", "product", "error", "message"), EVIL),
        "version": {"number": f"7.10.0{EVIL}"},
        "tagline": "You Know, for Search",
        EVIL: EVIL,
    }
)

#: Eight million numbers, well formed.
huge_json = Repeats(
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 16000001\r\n\r\n[0",
    b",0" * 512,
)

refuses_all = Says(page(b"", b'www-authenticate: Basic realm="x"', status=b"401 Unauthorized"))

#: Asks for one credential after another on the same connection.
asks_again = Repeats(b"", page(b"", b"www-authenticate: Negotiate", status=b"401 Unauthorized"))


def _is_long(head: str) -> Serve:
    return Says(bytes.fromhex(head), holds=True)


#: Frames whose lengths lie, by the default port of who reads such frames.
LIES: Mapping[int, Mapping[str, Serve]] = {
    9042: {
        "CQL: 2 GiB": _is_long("84000000087fffffff"),
        "CQL: a negative length": _is_long("8400000008ffffffff"),
        "CQL: rows without end": Says(
            bytes.fromhex("84000000080000001400000002000000017fffffff000000007fffffff")
        ),
    },
    11112: {
        "DICOM: 4 GiB": _is_long("0200ffffffff"),
        "DICOM: an item longer than its message": Says(
            bytes.fromhex("02000000005000010000")
            + b"RONDE".ljust(16) * 2
            + bytes(32)
            + b"\x10\x00\xff\xff12"
        ),
        "DICOM: data without end": Repeats(bytes.fromhex("040000000100"), b"\0" * 1024),
    },
    9092: {
        "Kafka: 2 GiB": _is_long("7fffffff00000012"),
        "Kafka: two thousand million brokers": Says(
            bytes.fromhex("0000000e0000001200007fffffff00000000")
        ),
    },
    2181: {"ZooKeeper: 2 GiB": _is_long("7fffffff"), "ZooKeeper: -1": _is_long("ffffffff")},
    11211: {"memcached: endless counters": Repeats(b"VERSION 1.6.18\r\n", b"STAT a 1\r\n")},
    5432: {
        "PostgreSQL: 2 GiB": _is_long("527fffffff"),
        "PostgreSQL: a length of nothing": Says(b"R\0\0\0\0"),
        "PostgreSQL: notices without end": Repeats(b"", b"N\0\0\0\x08SX\0\0"),
    },
    3306: {
        "MySQL: 16 MiB": _is_long("ffffff000a"),
        "MySQL: a version without end": Says(b"\xff\xff\x00\x00\x0a" + b"8" * 65_535, first=True),
    },
    389: {
        "LDAP: 4 GiB": _is_long("3084ffffffff0201"),
        "LDAP: a length of 127 bytes": _is_long("30ff" + "ff" * 127),
        "LDAP: entries without end": Repeats(b"", bytes.fromhex("3009020101640404003000")),
    },
    7687: {
        "Bolt: the smallest pieces": Drips(
            b"\0\0\x08\x05" + b"\0\1\xb1\0\1\x71" + b"\0\1A" * 30_000, seconds=0.0
        ),
        "Bolt: a message of one byte": Says(b"\0\0\x08\x05\0\1\xb1\0\0", holds=True),
        "Bolt: signs of life without end": Repeats(b"\0\0\x08\x05", b"\0\0"),
    },
    9083: {
        "Thrift: two thousand million names": Says(
            b"\x80\x01\x00\x02\0\0\0\x11get_all_databases\0\0\0\0\x0f\0\0\x0b\x7f\xff\xff\xff"
        ),
        "Thrift: names in drops": Drips(
            b"\x80\x01\x00\x02\0\0\0\x11get_all_databases\0\0\0\0\x0f\0\0\x0b\0\x01\0\0"
            + b"\0\0\0\0" * 60_000,
            seconds=0.0,
        ),
        "Thrift: structures in structures": Says(
            b"\x80\x01\x00\x02\0\0\0\x11get_all_databases\0\0\0\0" + b"\x0c\0\x05" * 20_000
        ),
    },
    1883: {
        "MQTT: 256 MiB": _is_long("20ffffff7f"),
        "MQTT: a length that does not end": _is_long("20ffffffffff"),
    },
    61616: {
        "OpenWire: 2 GiB": _is_long("7fffffff01"),
        "STOMP: headers without end": Repeats(b"CONNECTED\n", b"a:b\n"),
    },
    445: {"SMB: 16 MiB": _is_long("00ffffff"), "SMB: no message": Says(b"\0\0\0\4\xfeSMB")},
    3000: {
        "Aerospike: 256 TiB": _is_long("0201ffffffffffff"),
        "Aerospike: names without end": Says(
            b"\2\1\0\0\0\x10\0\0build\t8.1.2.0\n" + b"n;" * (1 << 19)
        ),
    },
}
