"""Every probe that ships, in the order in which they are asked: a tuple that one can read."""

from probes.couchdb import CouchDb
from probes.elasticsearch import Elasticsearch
from probes.hylafax import Hylafax
from probes.mongodb import MongoDb
from probes.redis import Redis
from scanner.probe import AnyProbe

PROBES: tuple[AnyProbe, ...] = (
    Elasticsearch(),
    MongoDb(),
    CouchDb(),
    Redis(),
    Hylafax(),
)

__all__ = ["PROBES"]
