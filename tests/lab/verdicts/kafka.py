"""Kafka, its Connect, and the ZooKeeper that it used to need."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.kafka import KafkaMode, kafka
from tests.lab.servers.kafkaconnect import kafkaconnect
from tests.lab.servers.nginx import Front
from tests.lab.servers.process import Running
from tests.lab.servers.zookeeper import ZooKeeperMode, zookeeper
from tests.lab.session import Lab
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, behind, door

TOPICS: tuple[Held, ...] = (("faxes", "topic", None, ()), ("prescriptions", "topic", None, ()))

#: What was put there, and the five nodes that are there before anybody comes.
TREE: tuple[Held, ...] = (("/", "tree", 8, ()),)

CONNECTORS: tuple[Held, ...] = (("fax-files", "connector", None, ()),)


def _connect(lab: Lab) -> Running:
    return lab.start(kafkaconnect, lab.start(kafka))


GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "kafka": Group(
            FOUND,
            (
                (door(kafka), Verdict(Access.OPEN, "kafka", None, Severity.HIGH, TOPICS)),
                (door(kafka, KafkaMode.LOCKED), Verdict(Access.LOCKED, "kafka", None)),
                (
                    door(kafka, KafkaMode.NO_ACL),
                    Verdict(Access.PARTIAL, "kafka", None, Severity.MEDIUM),
                ),
                (
                    _connect,
                    Verdict(Access.OPEN, "kafka-connect", AS_TOLD, Severity.HIGH, CONNECTORS),
                ),
                (
                    behind(Front.ONLY_FRONT_PAGE, _connect),
                    Verdict(Access.LOCKED, "kafka-connect", AS_TOLD),
                ),
                (
                    door(zookeeper),
                    Verdict(Access.OPEN, "zookeeper", AS_TOLD, Severity.HIGH, TREE),
                ),
                (door(zookeeper, ZooKeeperMode.LOCKED), Verdict(Access.LOCKED, "zookeeper", None)),
                (
                    door(zookeeper, ZooKeeperMode.GUARDED),
                    Verdict(Access.PARTIAL, "zookeeper", AS_TOLD, Severity.MEDIUM),
                ),
            ),
        )
    }
)
