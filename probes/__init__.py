"""Every probe that ships, in the order in which they are asked: a tuple that one can read."""

from probes.clickhouse import Clickhouse
from probes.couchdb import CouchDb
from probes.docker import Docker
from probes.elasticsearch import Elasticsearch
from probes.hylafax import Hylafax
from probes.influxdb import Influxdb
from probes.mongodb import MongoDb
from probes.prometheus import Prometheus
from probes.redis import Redis
from probes.registry import Registry
from scanner.probe import AnyProbe

PROBES: tuple[AnyProbe, ...] = (
    Elasticsearch(),
    MongoDb(),
    CouchDb(),
    Redis(),
    Clickhouse(),
    Influxdb(),
    Prometheus(),
    Hylafax(),
    Docker(),
    Registry(),
)

__all__ = ["PROBES"]
