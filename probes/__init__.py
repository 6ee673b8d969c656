"""Every probe that ships, in the order in which they are asked: a tuple that one can read."""

from probes.chroma import Chroma
from probes.elasticsearch import Elasticsearch
from probes.hylafax import Hylafax
from probes.mongodb import MongoDb
from probes.redis import Redis
from probes.solr import Solr
from probes.weaviate import Weaviate
from scanner.probe import AnyProbe

PROBES: tuple[AnyProbe, ...] = (
    Elasticsearch(),
    Solr(),
    Chroma(),
    Weaviate(),
    MongoDb(),
    Redis(),
    Hylafax(),
)

__all__ = ["PROBES"]
