"""Every probe that ships, in the order in which they are asked: a tuple that one can read."""

from probes.activefax import ActiveFax
from probes.actuator import Actuator
from probes.adminer import Adminer
from probes.aerospike import Aerospike
from probes.airflow import Airflow
from probes.akhq import Akhq
from probes.ami import Ami
from probes.amqp import Amqp
from probes.arangodb import ArangoDb
from probes.ari import Ari
from probes.avantfax import Avantfax
from probes.azurite import Azurite
from probes.beanstalkd import Beanstalkd
from probes.bolt import Bolt
from probes.cassandra import Cassandra
from probes.cerebro import Cerebro
from probes.chroma import Chroma
from probes.clickhouse import Clickhouse
from probes.clickhousenative import ClickhouseNative
from probes.cockroachdb import CockroachDb
from probes.consul import Consul
from probes.couchbase import Couchbase
from probes.couchdb import CouchDb
from probes.dcm4chee import Dcm4chee
from probes.dgraph import Dgraph
from probes.dhis2 import Dhis2
from probes.dicom import Dicom
from probes.dicomfind import Dicomfind
from probes.dicomweb import Dicomweb
from probes.docker import Docker
from probes.druid import Druid
from probes.elasticsearch import Elasticsearch
from probes.etcd import Etcd
from probes.fhir import Fhir
from probes.firebird import Firebird
from probes.freepbx import Freepbx
from probes.freeswitch import Freeswitch
from probes.ftp import Ftp
from probes.ftpanon import Ftpanon
from probes.fuseki import Fuseki
from probes.fusionpbx import Fusionpbx
from probes.gearman import Gearman
from probes.grafana import Grafana
from probes.graylog import Graylog
from probes.h2 import H2
from probes.h2console import H2Console
from probes.hasura import Hasura
from probes.hazelcast import Hazelcast
from probes.hbase import Hbase
from probes.hdfs import Hdfs
from probes.hive import Hive
from probes.hivemetastore import HiveMetastore
from probes.hiveweb import HiveWeb
from probes.hylafax import Hylafax
from probes.ictfax import Ictfax
from probes.ignite import Ignite
from probes.imageviewer import ImageViewer
from probes.influxdb import Influxdb
from probes.ipp import Ipp
from probes.jenkins import Jenkins
from probes.jupyter import Jupyter
from probes.kafdrop import Kafdrop
from probes.kafka import Kafka
from probes.kafkaconnect import KafkaConnect
from probes.kafkarest import KafkaRest
from probes.kafkaui import KafkaUi
from probes.kibana import Kibana
from probes.kubelet import Kubelet
from probes.kubernetes import Kubernetes
from probes.ldap import Ldap
from probes.listing import Listing
from probes.manticore import Manticore
from probes.meilisearch import Meilisearch
from probes.memcached import Memcached
from probes.memcachedudp import MemcachedUdp
from probes.mfp import Mfp
from probes.milvus import Milvus
from probes.mirth import Mirth
from probes.mlflow import Mlflow
from probes.mllp import Mllp
from probes.modelserver import ModelServer
from probes.mongodb import MongoDb
from probes.mongoexpress import MongoExpress
from probes.mqtt import Mqtt
from probes.mssql import Mssql
from probes.mysql import Mysql
from probes.nats import Nats
from probes.natsmonitor import NatsMonitor
from probes.neo4j import Neo4j
from probes.nfs import Nfs
from probes.nifi import Nifi
from probes.nomad import Nomad
from probes.ollama import Ollama
from probes.openemr import OpenEmr
from probes.openmrs import OpenMrs
from probes.openwire import OpenWire
from probes.oracle import Oracle
from probes.orientdb import OrientDb
from probes.orthanc import Orthanc
from probes.orthancproxy import OrthancProxy
from probes.pgweb import Pgweb
from probes.phpmyadmin import PhpMyAdmin
from probes.pinot import Pinot
from probes.postgresql import Postgresql
from probes.postgrest import Postgrest
from probes.prometheus import Prometheus
from probes.pulsar import Pulsar
from probes.qdrant import Qdrant
from probes.questdb import Questdb
from probes.quickwit import Quickwit
from probes.rabbitmq import RabbitMq
from probes.ravendb import RavenDb
from probes.ray import Ray
from probes.redis import Redis
from probes.rediscommander import RedisCommander
from probes.registry import Registry
from probes.rethinkdb import RethinkDb
from probes.rethinkdbconsole import RethinkDbConsole
from probes.riak import Riak
from probes.rightfax import RightFax
from probes.rqlite import Rqlite
from probes.rsync import Rsync
from probes.s3 import S3
from probes.schemaregistry import SchemaRegistry
from probes.sip import Sip
from probes.siptcp import SipTcp
from probes.smb import Smb
from probes.snmp import Snmp
from probes.snpp import Snpp
from probes.solr import Solr
from probes.spark import Spark
from probes.stomp import Stomp
from probes.swift import Swift
from probes.tarantool import Tarantool
from probes.tftp import Tftp
from probes.threecx import ThreeCx
from probes.trino import Trino
from probes.tryton import Tryton
from probes.typesense import Typesense
from probes.vault import Vault
from probes.vespa import Vespa
from probes.virtuoso import Virtuoso
from probes.vnc import Vnc
from probes.weaviate import Weaviate
from probes.webdav import WebDav
from probes.yarn import Yarn
from probes.zabbixagent import ZabbixAgent
from probes.zincsearch import ZincSearch
from probes.zookeeper import ZooKeeper
from scanner.probe import AnyProbe

PROBES: tuple[AnyProbe, ...] = (
    Elasticsearch(),
    Solr(),
    Kibana(),
    Cerebro(),
    Qdrant(),
    Meilisearch(),
    Typesense(),
    Chroma(),
    Weaviate(),
    Milvus(),
    Manticore(),
    Quickwit(),
    ZincSearch(),
    Vespa(),
    MongoDb(),
    CouchDb(),
    Couchbase(),
    ArangoDb(),
    RethinkDb(),
    RethinkDbConsole(),
    RavenDb(),
    OrientDb(),
    Fuseki(),
    Virtuoso(),
    Neo4j(),
    Bolt(),
    Dgraph(),
    Redis(),
    Kafka(),
    KafkaConnect(),
    KafkaRest(),
    KafkaUi(),
    Akhq(),
    Kafdrop(),
    SchemaRegistry(),
    ZooKeeper(),
    Etcd(),
    Consul(),
    Nomad(),
    Vault(),
    Nats(),
    NatsMonitor(),
    Mqtt(),
    Amqp(),
    RabbitMq(),
    Pulsar(),
    OpenWire(),
    Stomp(),
    Beanstalkd(),
    Gearman(),
    Cassandra(),
    Postgresql(),
    CockroachDb(),
    Mysql(),
    Mssql(),
    Oracle(),
    Firebird(),
    H2(),
    H2Console(),
    Postgrest(),
    Hasura(),
    Rqlite(),
    Ldap(),
    Rsync(),
    Ftpanon(),
    Ftp(),
    Nfs(),
    Smb(),
    Vnc(),
    Memcached(),
    MemcachedUdp(),
    Tarantool(),
    Aerospike(),
    Riak(),
    Ignite(),
    Hazelcast(),
    Hdfs(),
    Hbase(),
    Hive(),
    HiveMetastore(),
    HiveWeb(),
    Yarn(),
    Spark(),
    Trino(),
    Clickhouse(),
    ClickhouseNative(),
    Druid(),
    Pinot(),
    Questdb(),
    Influxdb(),
    Prometheus(),
    Hylafax(),
    Mllp(),
    Fhir(),
    Mirth(),
    OpenMrs(),
    OpenEmr(),
    Dhis2(),
    Tryton(),
    Ipp(),
    Mfp(),
    Dicomfind(),
    Dicom(),
    Orthanc(),
    OrthancProxy(),
    Dcm4chee(),
    ImageViewer(),
    Dicomweb(),
    Snpp(),
    Avantfax(),
    Freepbx(),
    Fusionpbx(),
    Ictfax(),
    ThreeCx(),
    RightFax(),
    ActiveFax(),
    Ami(),
    Ari(),
    Freeswitch(),
    Docker(),
    Registry(),
    Kubernetes(),
    Kubelet(),
    Grafana(),
    Ray(),
    Mlflow(),
    Ollama(),
    S3(),
    Jupyter(),
    ModelServer(),
    Jenkins(),
    Airflow(),
    Nifi(),
    Azurite(),
    Swift(),
    Graylog(),
    RedisCommander(),
    MongoExpress(),
    Pgweb(),
    Adminer(),
    Actuator(),
    PhpMyAdmin(),
    WebDav(),
    Listing(),
    ZabbixAgent(),
    Snmp(),
    Tftp(),
    Sip(),
    SipTcp(),
)

__all__ = ["PROBES"]
