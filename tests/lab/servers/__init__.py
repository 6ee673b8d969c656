"""Context managers that each run one real server on loopback; see ../README.md."""

from tests.lab.servers.elastic import (
    ELASTICSEARCH,
    OPENSEARCH,
    Anonymous,
    elasticsearch,
    opensearch,
    osmem,
)
from tests.lab.servers.hylafax import hylafax, snpp
from tests.lab.servers.mongo import ferretdb, mongo_java_server, nx27017, secantusdb
from tests.lab.servers.nginx import Front, decoy, nginx
from tests.lab.servers.process import CANARY, PASSWORD, USER, NotStarted, Running
from tests.lab.servers.redis import Redis, RedisMode, redis, sentinel

__all__ = [
    "CANARY",
    "ELASTICSEARCH",
    "OPENSEARCH",
    "PASSWORD",
    "USER",
    "Anonymous",
    "Front",
    "NotStarted",
    "Redis",
    "RedisMode",
    "Running",
    "decoy",
    "elasticsearch",
    "ferretdb",
    "hylafax",
    "mongo_java_server",
    "nginx",
    "nx27017",
    "opensearch",
    "osmem",
    "redis",
    "secantusdb",
    "sentinel",
    "snpp",
]
