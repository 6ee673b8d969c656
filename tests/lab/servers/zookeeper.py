"""ZooKeeper, standing alone: open, behind a login, and with an access list on its root."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from types import MappingProxyType

from scanner.wire import zookeeper as wire
from tests.lab.layout import Family
from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotYet,
    Program,
    Running,
    require,
)
from tests.lab.servers.standing import Place, place, standing
from tests.lab.servers.tls import connect

#: Kafka 3.9 brings the server along.
FAMILY = Family("kafka")


class ZooKeeperMode(StrEnum):
    """How the door stands."""

    OPEN = "open"
    LOCKED = "locked"  # a session must log in
    GUARDED = "guarded"  # no login, and an access list on the root


_LOGIN = (
    "Server { org.apache.zookeeper.server.auth.DigestLoginModule required"
    f' user_{USER}="{PASSWORD}"; }};'
)
_SETTINGS: Mapping[ZooKeeperMode, str] = MappingProxyType(
    {
        ZooKeeperMode.OPEN: "",
        ZooKeeperMode.LOCKED: "enforce.auth.enabled=true\nenforce.auth.schemes=sasl\n"
        "authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider\n",
        ZooKeeperMode.GUARDED: "",
    }
)
_CREATE, _SET_ACL = 1, 7
_EXPIRY = 12.0  # seconds; two ticks are the shortest session, and it is looked for every tick
_ANYONE = ("world", "anyone")
_NOBODY = ("digest", "lab:nobody")


@contextmanager
def zookeeper(
    mode: ZooKeeperMode = ZooKeeperMode.OPEN, *, canary: str = CANARY
) -> Iterator[Running]:
    """Kafka's node and one of a fax archive; a server that wants a login stays empty."""
    with place("zookeeper", mode) as at:
        java = require("java", at.name, "Java")
        require(next(iter(FAMILY.jars.glob("zookeeper-3*.jar")), None), at.name, "ZooKeeper")
        settings = at.write("zoo.cfg", _settings(at, mode))
        login = f"-Djava.security.auth.login.config={at.write('jaas.conf', _LOGIN)}"
        own = ("-Xmx128m", "-XX:TieredStopAtLevel=1", login, "-cp", FAMILY.jars / "*")
        main = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
        with standing(
            at,
            Program((java, *own, main, settings)),
            probe="zookeeper",
            version=lambda: _version(at),
            fill=lambda: _fill(at, mode, canary),
            state=held,
        ) as server:
            yield server


def _settings(at: Place, mode: ZooKeeperMode) -> str:
    return (
        f"tickTime=2000\ndataDir={at.home / 'data'}\nclientPort={at.port}\n"
        f"clientPortAddress={LOOPBACK}\nadmin.enableServer=false\n"
        f"4lw.commands.whitelist=srvr,mntr\n{_SETTINGS[mode]}"
    )


def _word(port: int, word: bytes) -> bytes:
    with connect(LOOPBACK, port, tls=False) as stream:
        stream.sendall(word)
        return b"".join(iter(lambda: stream.recv(1 << 16), b""))


def _version(at: Place) -> str:
    version, _ = wire.described(_word(at.port, b"srvr"))
    if version is None:
        raise NotYet("srvr names no version")
    return version


def _fill(at: Place, mode: ZooKeeperMode, canary: str) -> None:
    if mode is ZooKeeperMode.LOCKED:
        return
    nodes = ("/brokers", "/faxes", "/faxes/1")
    asks = [_create(path, canary) for path in nodes]
    if mode is ZooKeeperMode.GUARDED:
        asks.append(_request(_SET_ACL, _text("/") + _acl(_NOBODY) + b"\xff\xff\xff\xff"))
    with connect(LOOPBACK, at.port, tls=False) as stream:
        for ask in (wire.connect(), *asks):
            stream.sendall(ask)
            stream.recv(4096)
        stream.sendall(wire.close())
        stream.recv(4096)


def _create(path: str, value: str) -> bytes:
    return _request(_CREATE, _text(path) + _text(value) + _acl(_ANYONE) + bytes(4))


def _request(operation: int, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4) + (1).to_bytes(4) + operation.to_bytes(4) + body


def _acl(who: tuple[str, str]) -> bytes:
    return (1).to_bytes(4) + (31).to_bytes(4) + _text(who[0]) + _text(who[1])


def _text(value: str) -> bytes:
    return len(value.encode()).to_bytes(4) + value.encode()


def held(server: Running) -> object:
    """Nodes and their bytes, once nobody has a session any more; one that expires takes 4 s."""
    deadline = time.monotonic() + _EXPIRY
    while True:
        told = _word(server.port, b"mntr").decode()
        kept = r"zk_(?:znode_count|approximate_data_size|ephemerals_count|global_sessions)\t\d+"
        found = sorted(re.findall(kept, told))
        if "zk_global_sessions\t0" in found or time.monotonic() > deadline:
            return found
        time.sleep(0.2)
