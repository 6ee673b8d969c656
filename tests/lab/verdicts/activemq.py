"""ActiveMQ Classic and Artemis."""

from collections.abc import Mapping
from types import MappingProxyType

from scanner.model import Access, Severity
from tests.lab.servers.activemq import Broker, broker, openwire
from tests.lab.verdict import AS_TOLD, FOUND, Group, Held, Verdict, door

UNCOUNTED: tuple[Held, ...] = (("destinations", "messages", None, ()),)

GROUPS: Mapping[str, Group] = MappingProxyType(
    {
        "activemq": Group(
            FOUND,
            (
                (
                    door(broker),
                    Verdict(Access.OPEN, "activemq", AS_TOLD, Severity.HIGH, UNCOUNTED),
                ),
                (door(broker, locked=True), Verdict(Access.LOCKED, "stomp", None)),
                (
                    lambda lab: lab.start(openwire, lab.start(broker)),
                    Verdict(Access.IDENTIFIED, "activemq", AS_TOLD),
                ),
                (
                    door(broker, Broker.ARTEMIS),
                    Verdict(Access.OPEN, "artemis", AS_TOLD, Severity.HIGH, UNCOUNTED),
                ),
                (door(broker, Broker.ARTEMIS, locked=True), Verdict(Access.LOCKED, "stomp", None)),
            ),
        )
    }
)
