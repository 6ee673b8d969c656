"""ActiveMQ Classic and Artemis in memory, each by STOMP; and Classic's other door, OpenWire."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum

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
)
from tests.lab.servers.standing import Place, place, standing
from tests.lab.servers.tls import connect

FAMILY = Family("activemq")


class Broker(StrEnum):
    """Which of the two runs."""

    CLASSIC = "activemq"
    ARTEMIS = "artemis"


_JARS = {Broker.CLASSIC: "activemq-broker-*.jar", Broker.ARTEMIS: "artemis-server-*.jar"}


@contextmanager
def broker(
    product: Broker = Broker.CLASSIC, *, locked: bool = False, canary: str = CANARY
) -> Iterator[Running]:
    """One message in one queue."""
    mode = "locked" if locked else "open"
    with place(product, mode) as at:
        java = require("java", at.name, "Java")
        jar = require(next(iter(FAMILY.jars.glob(_JARS[product])), None), at.name, product)
        version = jar.stem.rpartition("-")[2]
        openwire = str(free_port())
        at.write("openwire", openwire)
        path = f"{FAMILY.jars}/*:{FAMILY.classes}"
        own = ("-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", path, "MessageBroker")
        words = (product, mode, str(at.port), openwire, USER, PASSWORD, at.home)
        with standing(
            at,
            Program((java, *own, *words), patience=30),
            probe="stomp",
            version=lambda: _version(at, version),
            fill=lambda: _fill(at, canary),
            state=lambda _: None,  # who wants to count its messages has to subscribe to them
        ) as server:
            yield server


@contextmanager
def openwire(server: Running) -> Iterator[Running]:
    """The OpenWire door of an ActiveMQ Classic, which has a port of its own."""
    port = int((server.log.parent / "openwire").read_text())
    yield replace(server, name=f"{server.name}-openwire", port=port, probe="openwire")


def _said(at: Place, *frames: str) -> str:
    with connect(LOOPBACK, at.port, tls=False) as stream:
        said = b""
        for frame in frames:
            stream.sendall(frame.encode() + b"\0")
            chunk = stream.recv(1 << 16)
            if not chunk:
                raise NotYet("closed before the reply")
            said += chunk
        return said.decode()


def _login() -> str:
    return f"CONNECT\naccept-version:1.2\nhost:/\nlogin:{USER}\npasscode:{PASSWORD}\n\n"


def _version(at: Place, otherwise: str) -> str:
    told = re.search(r"server:ActiveMQ(?:-Artemis)?/([\d.]+)", _said(at, _login()))
    return told[1] if told else otherwise


def _fill(at: Place, canary: str) -> None:
    body = f"SEND\ndestination:/queue/faxes\ndestination-type:ANYCAST\nreceipt:1\n\n{canary}"
    if "RECEIPT" not in _said(at, _login(), body):
        raise NotYet("the message was not taken")
