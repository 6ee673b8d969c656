"""Every kind of server of the estate: who it attacks, and by what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, product
from ssl import SSLContext

from scanner.demo.certificate import server_context
from scanner.demo.decoys import Decoy, Noise, Tarpit
from scanner.demo.elasticsearch import FakeElasticsearch
from scanner.demo.hylafax import FakeHylafax
from scanner.demo.listen import Serve
from scanner.demo.mongodb import FakeMongo
from scanner.demo.records import CLINIC, FAX_ARCHIVE
from scanner.demo.redis import FakeRedis
from scanner.demo.releases import RELEASES
from tests.fakes import connections, fax, http, mongo, names, redis
from tests.fakes.scripted import Drips, Repeats, Says
from tests.hostile import attacks
from tests.hostile.lures import Lures
from tests.transcripts import load


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of server: the port that it belongs on, and whether its door is really open.

    Of one whose door is open a finding is made, whatever else it tries; of the others none is.
    """

    name: str
    port: int
    serve: Serve
    tls: SSLContext | None = None
    is_open: bool = False


#: The ports of the estate, by the default port whose probes are pointed at each.
PORTS: Mapping[int, str] = {
    9200: "HTTP: Elasticsearch",
    8081: "HTTP: what fifteen consoles and gateways share",
    3000: "HTTP and a byte stream: Grafana, PostgREST, Aerospike",
    6379: "Redis",
    27017: "MongoDB",
    4559: "HylaFAX",
    21: "FTP",
    9092: "Kafka and H2",
    9042: "Cassandra",
    11112: "DICOM",
    2181: "ZooKeeper",
    11211: "memcached",
    5432: "PostgreSQL",
    3306: "MySQL",
    389: "LDAP",
    7687: "Bolt",
    9083: "Thrift: Hive's metastore",
    1883: "MQTT",
    61616: "OpenWire and STOMP",
    445: "SMB",
    28015: "RethinkDB",
    4222: "NATS",
    5672: "AMQP",
    11300: "beanstalkd",
    4730: "Gearman",
    1433: "SQL Server",
    1521: "Oracle",
    3050: "Firebird",
    873: "rsync",
    2049: "NFS",
    5900: "VNC",
    3301: "Tarantool",
    10000: "Hive",
    9000: "HTTP and a byte stream: ClickHouse, S3 and others",
    444: "SNPP",
    23: "ActiveFax",
    5038: "Asterisk",
    8021: "FreeSWITCH",
    10050: "Zabbix's agent",
    5060: "SIP",
}

#: Recorded conversations with open servers. Who has the whole of one is honest, who has one reply
#: of it a honeypot.
RECORDED: Mapping[str, int] = {
    "cassandra/5.0-open": 9042,
    "memcached/1.6-open": 11211,
    "ldap/openldap-2.5-open": 389,
    "postgresql/15-open": 5432,
    "bolt/5.26-open": 7687,
    "hivemetastore/3.1-open": 9083,
    "stomp/activemq-5.18-open": 61616,
    "mqtt/mosquitto-2.0-open": 1883,
    "zookeeper/3.8-open": 2181,
    "smb/samba-4.17-open": 445,
}

#: Those of which only replies are needed here.
PARROTED: Mapping[str, int] = {
    **RECORDED,
    "aerospike/8-open": 3000,
    "dicom/storescp-3.6-promiscuous": 11112,
    "h2/2.3-open": 9092,
    "kafka/3.9-open": 9092,
    "redis/7.0-open": 6379,
}

#: The ports whose first front is a page.
WEB = (9200, 8081, 3000)


def hostile(lures: Lures) -> tuple[Kind, ...]:
    """Give every kind that attacks."""
    kinds = _below_any_protocol(), _pages(lures), _replies(lures), _honeypots()
    return tuple(chain(*kinds, _open_all_the_same(lures)))


def honest(lures: Lures) -> Iterator[Kind]:
    """Give open doors without end; some say what attacks their readers, or name other hosts."""
    number = 0
    while True:
        archive = FakeElasticsearch(
            RELEASES["7.10"], FAX_ARCHIVE, cluster=f"archive-{number}", uuid=f"{number:022}"
        )
        yield Kind("archive", 9200, archive.serve, is_open=True)
        yield Kind("cache", 6379, FakeRedis(keys={0: number + 1}).serve, is_open=True)
        database = FakeMongo("4.4", (CLINIC,), members=lures.hosts)
        yield Kind("replica set of others", 27017, database.serve, is_open=True)
        yield Kind("fax", 4559, FakeHylafax({"recvq": ()}).serve, is_open=True)
        yield Kind("broker of others", 9092, attacks.Recites(lures.kafka()), is_open=True)
        evil = names.evil_elasticsearch()
        evil.uuid = f"{number:021}e"
        yield Kind("evil names", 9200, evil.serve, is_open=True)
        yield Kind("evil collections", 27017, names.evil_mongo().serve, is_open=True)
        yield Kind("evil version", 6379, names.evil_redis().serve, is_open=True)
        yield Kind("evil host", 4559, names.evil_hylafax().serve, is_open=True)
        yield Kind("archive over TLS", 9200, archive.serve, tls=_SMALL, is_open=True)
        for name, port in RECORDED.items():
            replies = [one.payload for one in load(name).exchanges]
            yield Kind(name, port, attacks.Recites(replies), is_open=True)
        number += 1


def _below_any_protocol() -> Iterator[Kind]:
    """Attack whoever connects, on each port: what is said there does not matter."""
    yield from (Kind(name, port, serve) for port, (name, serve) in product(PORTS, ANYWHERE.items()))
    yield from (
        Kind("certificate of 3,000 names", port, connections.mute, tls=_LARGE) for port in WEB
    )


def _pages(lures: Lures) -> Iterator[Kind]:
    everywhere: dict[str, Serve] = {**http.HOSTILE, **PAGES, **lures.pages()}
    yield from (Kind(name, port, serve) for port, (name, serve) in product(WEB, everywhere.items()))


def _replies(lures: Lures) -> Iterator[Kind]:
    """Attack one protocol in its own words."""
    own: dict[int, Mapping[str, Serve]] = {
        6379: {**{name: Says(said) for name, said in redis.ABSURD.items()}, **REDIS},
        27017: {**{name: Says(said) for name, said in mongo.ABSURD.items()}, **MONGO},
        4559: FAX,
        21: FAX,
        **attacks.LIES,
    }
    for port, kinds in chain(own.items(), lures.replies().items()):
        yield from (Kind(name, port, serve) for name, serve in kinds.items())


def _open_all_the_same(lures: Lures) -> Iterator[Kind]:
    for port, kinds in lures.open_doors().items():
        yield from (Kind(name, port, serve, is_open=True) for name, serve in kinds.items())


def _honeypots() -> Iterator[Kind]:
    """Say one thing that a real server said, again and again."""
    for name, port in PARROTED.items():
        yield from (Kind(said, port, serve) for said, serve in attacks.parrots(name))


_SMALL = server_context(["archive.example.invalid"])
_LARGE = connections.tls_with_names(connections.MANY_NAMES)

ANYWHERE: Mapping[str, Serve] = {
    "mute": connections.mute,
    "gone": connections.gone,
    "gone when asked": connections.gone_when_asked,
    "reset": connections.reset,
    "reset when asked": connections.reset_when_asked,
    "reset in its answer": attacks.reset_in_its_answer,
    "TLS that stalls": connections.tls_stalls,
    "TLS that stalls within": connections.tls_stalls_within,
    "TLS that refuses": connections.tls_refuses,
    "TLS that floods": connections.tls_floods,
    "tarpit": Tarpit().serve,
    "noise": Noise().serve,
    "one byte a second": Drips(b"\0" * 64),
    "one byte a second of text": Drips(b"220 ready\r\n" * 8),
    "banners of everybody": Says(attacks.BANNERS, first=True, holds=True),
    "banners of everybody, when asked": Says(attacks.BANNERS),
    "endless zeros": Repeats(b"", b"\0" * 1024),
    "endless ones": Repeats(b"", b"\xff" * 1024),
    "endless banner": Repeats(b"", b"220-welcome\r\n", first=True),
    "endless line": Repeats(b"", b"a" * 1024, first=True),
    "echo": attacks.echo,
    "escapes": Says(attacks.ESCAPES, first=True),
}

PAGES: Mapping[str, Serve] = {
    "deep JSON": http.deep_json,
    "nested beyond use": http.nested_beyond_use,
    "huge JSON": attacks.huge_json,
    "not UTF-8": http.not_utf8,
    "200 to everything": Decoy(b"{}").serve,
    "200 and a list to everything": Decoy(b"[]").serve,
    "200 and a page to everything": Decoy(b"<html><title>It works</title>", "text/html").serve,
    "an Elasticsearch's page to everything": Decoy(attacks.FRONT_PAGE).serve,
    "evil page to everything": Decoy(attacks.EVIL_PAGE).serve,
    "401 to everything": attacks.refuses_all,
    "endless log-in": attacks.asks_again,
}

REDIS: Mapping[str, Serve] = {
    "yes to everything": redis.says_yes,
    "PONG to everything": redis.pong_to_all,
    "arrays in arrays, in time": Drips(b"*1\r\n" * 100_000, seconds=0.001),
}

MONGO: Mapping[str, Serve] = {
    "lists nothing": mongo.lists_nothing().serve,
    "arbiter": mongo.arbiter().serve,
    "a hint over HTTP": mongo.http_hint,
}

FAX: Mapping[str, Serve] = {
    "endless warnings": fax.endless_warnings,
    "pager": fax.snpp,
    "FTP": fax.ftp,
    "mail": fax.smtp,
    "shut down": fax.shut_down,
}
