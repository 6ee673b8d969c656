"""Every probe that ships, in the order in which they are asked: a tuple that one can read."""

from probes.elasticsearch import Elasticsearch
from probes.etcd import Etcd
from probes.hylafax import Hylafax
from probes.kafka import Kafka
from probes.mongodb import MongoDb
from probes.redis import Redis
from probes.zookeeper import ZooKeeper
from scanner.probe import AnyProbe

PROBES: tuple[AnyProbe, ...] = (
    Elasticsearch(),
    MongoDb(),
    Redis(),
    Kafka(),
    ZooKeeper(),
    Etcd(),
    Hylafax(),
)

__all__ = ["PROBES"]
