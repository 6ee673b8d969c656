"""NATS and its monitor, Mosquitto, beanstalkd, gearmand, RabbitMQ and its management."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.brokers import beanstalkd, gearmand, monitor, mosquitto, nats
from tests.lab.servers.rabbitmq import management, rabbitmq
from tests.lab.verdict import AS_TOLD, FOUND, NAMES, QUIET, Group, Held, Verdict, door

UNCOUNTED: tuple[Held, ...] = (("topics", "messages", None, ()),)
STORE: tuple[Held, ...] = (("jetstream", "messages", None, ()),)
STREAMS: tuple[Held, ...] = (("faxes", "stream", 2, ()),)
TUBES: tuple[Held, ...] = (
    ("default", "tube", 0, ()),
    ("faxes", "tube", 2, ()),
    ("prescriptions", "tube", 1, ()),
)
JOBS: tuple[Held, ...] = (("send-fax", "function", 2, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "brokers": Group(
            FOUND,
            (
                (door(nats), Verdict(Access.OPEN, "nats", AS_TOLD, Severity.HIGH, STORE)),
                (door(nats, locked=True), Verdict(Access.LOCKED, "nats", AS_TOLD)),
                (
                    lambda lab: lab.start(monitor, lab.start(nats, locked=True)),
                    Verdict(Access.PARTIAL, "nats", AS_TOLD, Severity.MEDIUM, STREAMS),
                ),
                (door(mosquitto), Verdict(Access.OPEN, "mqtt", None, Severity.HIGH, UNCOUNTED)),
                (
                    door(mosquitto, tls=True),
                    Verdict(Access.OPEN, "mqtt", None, Severity.HIGH, UNCOUNTED, NAMES),
                ),
                (door(mosquitto, locked=True), Verdict(Access.LOCKED, "mqtt", None)),
                (
                    door(beanstalkd),
                    Verdict(Access.OPEN, "beanstalkd", AS_TOLD, Severity.HIGH, TUBES),
                ),
                (door(gearmand), Verdict(Access.OPEN, "gearman", AS_TOLD, Severity.HIGH, JOBS)),
            ),
        ),
        "rabbitmq": Group(
            QUIET,
            (
                (door(rabbitmq), Verdict(Access.LOCKED, "rabbitmq", AS_TOLD)),
                (
                    lambda lab: lab.start(management, lab.start(rabbitmq)),
                    Verdict(Access.LOCKED, "rabbitmq", None),
                ),
            ),
        ),
    }
)
