"""Every probe that ships, in the order in which they are asked: a tuple that one can read."""

from probes.cassandra import Cassandra
from probes.chroma import Chroma
from probes.clickhouse import Clickhouse
from probes.couchbase import Couchbase
from probes.couchdb import CouchDb
from probes.docker import Docker
from probes.elasticsearch import Elasticsearch
from probes.hylafax import Hylafax
from probes.influxdb import Influxdb
from probes.kibana import Kibana
from probes.ldap import Ldap
from probes.meilisearch import Meilisearch
from probes.memcached import Memcached
from probes.memcachedudp import MemcachedUdp
from probes.mongodb import MongoDb
from probes.mysql import Mysql
from probes.neo4j import Neo4j
from probes.postgresql import Postgresql
from probes.prometheus import Prometheus
from probes.qdrant import Qdrant
from probes.redis import Redis
from probes.registry import Registry
from probes.rsync import Rsync
from probes.solr import Solr
from probes.tarantool import Tarantool
from probes.typesense import Typesense
from probes.weaviate import Weaviate
from scanner.probe import AnyProbe

PROBES: tuple[AnyProbe, ...] = (
    Elasticsearch(),
    Solr(),
    Kibana(),
    Qdrant(),
    Meilisearch(),
    Typesense(),
    Chroma(),
    Weaviate(),
    MongoDb(),
    CouchDb(),
    Couchbase(),
    Neo4j(),
    Redis(),
    Cassandra(),
    Postgresql(),
    Mysql(),
    Ldap(),
    Rsync(),
    Memcached(),
    MemcachedUdp(),
    Tarantool(),
    Clickhouse(),
    Influxdb(),
    Prometheus(),
    Hylafax(),
    Docker(),
    Registry(),
)

__all__ = ["PROBES"]
