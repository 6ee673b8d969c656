"""Pages through which people work with what is behind: MLflow and Redis Commander."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

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
from tests.lab.servers.redis import redis
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("consoles")
EXPERIMENT = "triage"

_PATIENCE = 90.0  # MLflow was seen to need 17 s alone, and eight servers share two cores
#: Where its own programs are, and no report to its makers.
_ENVIRONMENT = {
    "PATH": f"{FAMILY.venv / 'bin'}:/usr/bin:/bin",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
_API = "/api/2.0/mlflow"


@contextmanager
def mlflow(*, canary: str = CANARY) -> Iterator[Running]:
    """A tracking server with one experiment of one run."""
    with place("mlflow") as at:
        folder = FAMILY.venv / "bin"
        program = require(folder / "mlflow", at.name, "mlflow")
        where = ("--host", LOOPBACK, "--port", str(at.port), "--workers", "1")
        store = ("--backend-store-uri", f"sqlite:///{at.home}/runs.db")
        with standing(
            at,
            Program((program, "server", *where, *store), _ENVIRONMENT, patience=_PATIENCE),
            probe="mlflow",
            version=lambda: _mlflow_version(at),
            fill=lambda: _track(at, canary),
            state=lambda server: _experiments(server.port),
        ) as server:
            yield server


def _mlflow_version(at: Place) -> str:
    return page(at, "/version").body.decode()


def _track(at: Place, canary: str) -> None:
    """Note one run of one experiment."""
    number = _post(at, "experiments/create", {"name": EXPERIMENT})["experiment_id"]
    begun = {"experiment_id": number, "start_time": int(time.time() * 1000)}
    told = _post(at, "runs/create", begun)["run"]
    assert isinstance(told, dict)
    note = {"run_id": told["info"]["run_id"], "key": "patient", "value": canary}
    _post(at, "runs/log-parameter", note)


def _post(at: Place, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
    reply = ask(at.port, f"{_API}/{path}", method="POST", body=body)
    if reply.status != 200:
        raise NotYet(f"{path} answered {reply.status}: {reply.body[:200]!r}")
    told: Mapping[str, object] = json.loads(reply.body)
    return told


def _experiments(port: int) -> object:
    return ask(port, f"{_API}/experiments/search?max_results=10").json()


@contextmanager
def redis_commander(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """A page before a Redis of its own, whose three keys hold the canary."""
    with redis(canary=canary) as store, place("redis-commander", _mode(locked=locked)) as at:
        node = require("node", at.name, "node")
        program = require(FAMILY.modules / ".bin/redis-commander", at.name, "redis-commander")
        where = ("--address", LOOPBACK, "--port", str(at.port), "--nosave")
        behind = ("--redis-host", LOOPBACK, "--redis-port", str(store.port))
        login = ("--http-auth-username", USER, "--http-auth-password", PASSWORD) if locked else ()
        with standing(
            at,
            Program((node, program, *where, *behind, *login)),
            probe="rediscommander",
            version=lambda: _commander_version(at),
            fill=lambda: None,
            state=lambda _: store.state(store),
        ) as server:
            yield replace(server, behind=(store,))


def _mode(*, locked: bool) -> str:
    return "locked" if locked else "open"


def _commander_version(at: Place) -> str:
    page(at)
    about = FAMILY.modules / "redis-commander" / "package.json"
    return str(json.loads(about.read_text())["version"])
