"""etcd 3.4 of Debian and 3.6 of its own module: open, behind a login, and with the older API."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

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
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("etcd")

_KEYS = ("faxes/1", "faxes/2", "/registry/secrets/practice/fax")


class Etcd(StrEnum):
    """Which build of the server runs."""

    ETCD_34 = "etcd-3.4"
    ETCD_36 = "etcd-3.6"


class EtcdMode(StrEnum):
    """How the door stands."""

    OPEN = "open"
    LOCKED = "locked"
    V2 = "v2"  # the API of version 3 wants a login, the one of version 2 holds keys and wants none


@contextmanager
def etcd(
    build: Etcd = Etcd.ETCD_36,
    mode: EtcdMode = EtcdMode.OPEN,
    *,
    tls: bool = False,
    canary: str = CANARY,
) -> Iterator[Running]:
    """Three keys, one of them where Kubernetes keeps its secrets."""
    with place(build, mode, tls=tls) as at:
        own: Mapping[Etcd, Path | str] = {
            Etcd.ETCD_34: "etcd",
            Etcd.ETCD_36: FAMILY.programs / "etcd",
        }
        program = require(own[build], at.name, build)
        with standing(
            at,
            Program((program, *_options(at, mode))),
            probe="etcd",
            version=lambda: str(page(at, "/version").json()["etcdserver"]),
            fill=lambda: _fill(at, mode, canary),
            state=held,
        ) as server:
            yield server


def _options(at: Place, mode: EtcdMode) -> list[str | Path]:
    door = f"{'https' if at.tls else 'http'}://{LOOPBACK}:{at.port}"
    peer = f"http://{LOOPBACK}:{free_port()}"
    options: dict[str, str | Path] = {
        "--name": "lab",
        "--data-dir": at.home / "data",
        "--listen-client-urls": door,
        "--advertise-client-urls": door,
        "--listen-peer-urls": peer,
        "--initial-advertise-peer-urls": peer,
        "--initial-cluster": f"lab={peer}",
    }
    if at.own:
        options |= {"--cert-file": at.own.chain, "--key-file": at.own.key}
    flags = ["--enable-v2"] if mode is EtcdMode.V2 else []
    return [word for pair in options.items() for word in pair] + flags


def _fill(at: Place, mode: EtcdMode, canary: str) -> None:
    if mode is EtcdMode.V2:
        for key in ("faxes/1", "faxes/2"):
            path = f"/v2/keys/{key}?{urlencode({'value': canary})}"
            ask(at.port, path, method="PUT")
    else:
        for key in _KEYS:
            _say(at, "kv/put", {"key": _coded(key), "value": _coded(canary)})
    if mode is not EtcdMode.OPEN:
        _say(at, "auth/role/add", {"name": "root"})
        _say(at, "auth/user/add", {"name": "root", "password": PASSWORD})
        _say(at, "auth/user/grant", {"user": "root", "role": "root"})
        _say(at, "auth/user/add", {"name": USER, "password": PASSWORD})
        _say(at, "auth/enable", {})


def _say(at: Place, what: str, body: dict[str, object]) -> None:
    reply = ask(at.port, f"/v3/{what}", method="POST", body=body, tls=at.tls)
    if reply.status != 200:
        raise NotYet(f"{what} answered {reply.status}")


def _coded(text: str) -> str:
    return b64encode(text.encode()).decode()


#: Counters of the server's own: what was read, by request, and how many keys there are.
_COUNTED: Mapping[str, str] = MappingProxyType(
    {
        "written": "etcd_mvcc_put_total",
        "deleted": "etcd_mvcc_delete_total",
        "keys": "etcd_debugging_mvcc_keys_total",
        "sent to watchers": "etcd_debugging_mvcc_events_total",
    }
)


def held(server: Running) -> object:
    """What it counts of its keys and of changes to them."""
    lines = ask(server.port, "/metrics", tls=server.tls).body.decode().splitlines()
    rows = dict(line.rsplit(" ", 1) for line in lines if line.startswith("etcd_"))
    return {name: rows.get(row) for name, row in _COUNTED.items()}
