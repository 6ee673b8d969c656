"""Every probe that ships, in the order in which they are asked: a tuple that one can read."""

from probes.amqp import Amqp
from probes.beanstalkd import Beanstalkd
from probes.elasticsearch import Elasticsearch
from probes.etcd import Etcd
from probes.gearman import Gearman
from probes.hylafax import Hylafax
from probes.kafka import Kafka
from probes.mongodb import MongoDb
from probes.mqtt import Mqtt
from probes.nats import Nats
from probes.natsmonitor import NatsMonitor
from probes.rabbitmq import RabbitMq
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
    Nats(),
    NatsMonitor(),
    Mqtt(),
    Amqp(),
    RabbitMq(),
    Beanstalkd(),
    Gearman(),
    Hylafax(),
)

__all__ = ["PROBES"]
