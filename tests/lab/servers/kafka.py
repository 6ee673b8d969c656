"""Kafka in KRaft mode, one process for broker and controller: open, behind a login, behind ACLs."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from scanner.wire import kafka as wire
from tests.lab.layout import Family
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotYet,
    Program,
    Running,
    free_port,
    require,
    said_by,
)
from tests.lab.servers.standing import Place, place, standing
from tests.lab.servers.tls import connect

FAMILY = Family("kafka")
VERSION = "3.9.1"

_LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"


class KafkaMode(StrEnum):
    """How the door stands. The broker's own two listeners always want a login."""

    OPEN = "open"
    LOCKED = "locked"  # a SASL listener
    NO_ACL = "no-acl"  # no login, and an authorizer that grants a stranger nothing


@contextmanager
def kafka(mode: KafkaMode = KafkaMode.OPEN, *, canary: str = CANARY) -> Iterator[Running]:
    """Two topics, three records."""
    with place("kafka", mode) as at:
        java = require("java", at.name, "Java")
        internal = free_port()
        settings = at.write("server.properties", _settings(at, mode, internal))
        # What `kafka-storage format` would write, in a process of its own.
        at.write(
            "data/meta.properties", "version=1\ncluster.id=ronde-lab-cluster-0000\nnode.id=1\n"
        )
        require(FAMILY.jars / f"kafka_2.13-{VERSION}.jar", at.name, "Kafka")
        own = ("-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", FAMILY.jars / "*")
        with standing(
            at,
            Program((java, *own, "kafka.Kafka", settings), patience=40),
            probe="kafka",
            version=lambda: _version(at),
            fill=lambda: _fill(java, internal, canary),
            state=lambda _: held(at.home / "data"),
        ) as server:
            yield server


def _settings(at: Place, mode: KafkaMode, internal: int) -> str:
    """The three listeners, and the one login that the broker has with itself."""
    controller = free_port()
    protocol = "SASL_PLAINTEXT" if mode is KafkaMode.LOCKED else "PLAINTEXT"
    doors = f"DOOR://{LOOPBACK}:{at.port},INTERNAL://{LOOPBACK}:{internal}"
    login = f'{_LOGIN} username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}";'
    guarded = (
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
        f"super.users=User:{USER}\n"
    )
    return (
        "process.roles=broker,controller\nnode.id=1\n"
        f"controller.quorum.voters=1@{LOOPBACK}:{controller}\n"
        f"listeners={doors},CONTROLLER://{LOOPBACK}:{controller}\nadvertised.listeners={doors}\n"
        "controller.listener.names=CONTROLLER\ninter.broker.listener.name=INTERNAL\n"
        f"listener.security.protocol.map=DOOR:{protocol},"
        "INTERNAL:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT\n"
        "sasl.enabled.mechanisms=PLAIN\nsasl.mechanism.inter.broker.protocol=PLAIN\n"
        "sasl.mechanism.controller.protocol=PLAIN\n"
        + "".join(
            f"listener.name.{name}.plain.sasl.jaas.config={login}\n"
            for name in ("door", "internal", "controller")
        )
        + f"log.dirs={at.home / 'data'}\noffsets.topic.replication.factor=1\n"
        + (guarded if mode is KafkaMode.NO_ACL else "")
    )


def _version(at: Place) -> str:
    """The version of the jars, once the port lists its APIs."""
    with connect(LOOPBACK, at.port, tls=False) as stream:
        stream.sendall(wire.request(wire.API_VERSIONS, 0))
        if not stream.recv(4):
            raise NotYet("hung up")
    return VERSION


def _fill(java: Path, internal: int, canary: str) -> None:
    path = f"{FAMILY.jars}/*:{FAMILY.classes}"
    said_by(java, "-cp", path, "KafkaFill", f"{LOOPBACK}:{internal}", USER, PASSWORD, canary)


def held(data: Path) -> object:
    """The partitions and the bytes of their logs; a consumer would have made a topic of its own."""
    logs = sorted(data.glob("*-*/*.log"))
    return [(log.parent.name, log.stat().st_size) for log in logs if log.parent.name[0] != "_"]
