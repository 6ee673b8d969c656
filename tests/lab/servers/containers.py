"""A container engine and a registry: open, and shut each in its own way."""

import hashlib
import http.client
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum

from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    NotStarted,
    NotYet,
    Program,
    Running,
    require,
)
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.tls import connect
from tests.lab.servers.web import ask

#: Runs in a mount namespace of its own, with the control groups that an engine looks for.
_MOUNTED = 'mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null; exec dockerd "$@"'

#: A login of the registry itself.
_LOGIN = "auth:\n  htpasswd:\n    realm: lab\n    path: {file}\n"
#: No password is known for this hash: nobody has to get in.
_HASH = "lab:$2b$05$wDPtNbQ9MjTxcQfA/aHXsOO6x9F5dcW3nmmcbHJXrQbQXiM7Vx7Qm\n"

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class Engine(StrEnum):
    """How the engine's door stands."""

    OPEN = "open"
    CLIENT_CERT = "client-cert"


@contextmanager
def docker(mode: Engine = Engine.OPEN, *, canary: str = CANARY) -> Iterator[Running]:
    """An engine with one image and one container that never runs, each holding the canary."""
    if os.geteuid() != 0:
        raise NotStarted("docker", "an engine needs root")
    with place("docker", mode, tls=mode is Engine.CLIENT_CERT) as at:
        require("dockerd", at.name, "docker.io")
        folders = [f"--{name}={at.home / name}" for name in ("data-root", "exec-root")]
        argv = (
            *("unshare", "-m", "sh", "-c", _MOUNTED, "dockerd"),
            *("-H", f"tcp://{LOOPBACK}:{at.port}", f"--pidfile={at.home / 'pid'}", *folders),
            *("--iptables=false", "--ip6tables=false", "--bridge=none", "--storage-driver=vfs"),
            *(_demanding(at) if at.own else ("--tls=false",)),
        )
        with standing(
            at,
            Program(argv, patience=40),
            probe="docker",
            version=lambda: _engine(at),
            fill=lambda: None if at.own else _order(at, canary),
            state=_counted,
        ) as server:
            yield server


def _demanding(at: Place) -> tuple[str, ...]:
    assert at.own
    chain, key = at.own
    return "--tlsverify", f"--tlscacert={chain}", f"--tlscert={chain}", f"--tlskey={key}"


def _engine(at: Place) -> str:
    if at.own:  # who shows no certificate is told nothing but that there is an engine
        connect(LOOPBACK, at.port, tls=True).close()
        return "as locked"
    return str(page(at, "/version").json()["Version"])


def _order(at: Place, canary: str) -> None:
    """Import an image of one file, and make a container of it that is not started."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("faxes.txt")
        entry.size = len(canary)
        tar.addfile(entry, io.BytesIO(canary.encode()))
    _send(at.port, "POST", "/images/create?fromSrc=-&repo=faxes", archive.getvalue(), 200)
    container = {"Image": "faxes", "Cmd": ["/none"], "Env": [f"SECRET={canary}"]}
    _send(at.port, "POST", "/containers/create", json.dumps(container).encode(), 201)


def _counted(server: Running) -> object:
    if server.tls:
        return None
    told = ask(server.port, "/system/df").json()
    return len(told["Images"]), len(told["Containers"]), told["LayersSize"]


@contextmanager
def registry(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A registry with one repository of one tag, whose only layer holds the canary.

    Locked, it is empty: nobody may fill it without the login.
    """
    with place("registry", "locked" if locked else "open") as at:
        program = require("docker-registry", at.name, "docker-registry")
        login = _LOGIN.format(file=at.write("users", _HASH)) if locked else ""
        settings = at.write(
            "registry.yml",
            f"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {at.home / 'images'}\n"
            f"http:\n  addr: {LOOPBACK}:{at.port}\n{login}",
        )
        with standing(
            at,
            Program((program, "serve", settings)),
            probe="registry",
            version=lambda: _signed(at),
            fill=lambda: None if locked else _push(at, canary),
            state=lambda server: ask(server.port, "/v2/_catalog").body,
        ) as server:
            yield server


def _signed(at: Place) -> str:
    reply = page(at, "/v2/")
    if "docker-distribution-api-version" not in reply.headers:
        raise NotYet("no registry yet")
    return "2"


def _push(at: Place, canary: str) -> None:
    blobs = [canary.encode(), b"{}"]
    digests = ["sha256:" + hashlib.sha256(blob).hexdigest() for blob in blobs]
    for blob, digest in zip(blobs, digests, strict=True):
        where = _send(at.port, "POST", "/v2/faxes/blobs/uploads/", b"", 202)
        path = where.removeprefix(f"http://{LOOPBACK}:{at.port}")
        _send(at.port, "PUT", f"{path}&digest={digest}", blob, 201)
    layer, config = (
        {"mediaType": kind, "size": len(blob), "digest": digest}
        for kind, blob, digest in zip(
            ("application/octet-stream", "application/vnd.docker.container.image.v1+json"),
            blobs,
            digests,
            strict=True,
        )
    )
    manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [layer]}
    _send(at.port, "PUT", "/v2/faxes/manifests/2019", json.dumps(manifest).encode(), 201)


def _send(port: int, method: str, path: str, body: bytes, expected: int) -> str:
    """Send bytes as they are; give where the server says that they are."""
    kind = _MANIFEST if "/manifests/" in path else "application/octet-stream"
    kind = "application/json" if path.startswith("/containers") else kind
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=30)
    with closing(connection):
        connection.request(method, path, body, {"Content-Type": kind})
        response = connection.getresponse()
        said = response.read()
        if response.status != expected:
            raise NotYet(f"{method} {path} answered {response.status}: {said[:200]!r}")
        return response.getheader("Location", "")
