"""RabbitMQ, with its management beside it: both always want a user."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.lab.servers.process import (
    CANARY,
    LOOPBACK,
    PASSWORD,
    USER,
    NotStarted,
    Program,
    Running,
    free_port,
    require,
)
from tests.lab.servers.standing import Place, place, standing
from tests.lab.servers.web import ask

_BEAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def rabbitmq(*, canary: str = CANARY) -> Iterator[Running]:
    """One queue with one message."""
    with place("rabbitmq", "locked") as at:
        program = require(_BEAM, at.name, "rabbitmq-server")
        if shutil.which("erl") is None:
            raise NotStarted(at.name, "Erlang is not installed")
        management = free_port()
        at.write("management", str(management))
        at.write("enabled_plugins", "[rabbitmq_management].\n")
        at.write("rabbitmq.conf", _settings(at, management))
        with standing(
            at,
            # Erlang would leave its mapper of ports behind as a daemon; a child ends with us.
            Program(("/bin/sh", "-c", f"epmd & exec {program}"), _environment(at), patience=60),
            probe="amqp",
            version=lambda: str(_overview(management)["rabbitmq_version"]),
            fill=lambda: _fill(management, canary),
            state=lambda _: _queues(management),
        ) as server:
            yield server


@contextmanager
def management(server: Running) -> Iterator[Running]:
    """The management of a RabbitMQ, which has a port of its own."""
    port = int((server.log.parent / "management").read_text())
    yield replace(
        server,
        name=f"{server.name}-management",
        port=port,
        probe="rabbitmq",
        state=lambda _: _queues(port),
    )


def _settings(at: Place, management: int) -> str:
    return (
        f"listeners.tcp.1 = {LOOPBACK}:{at.port}\n"
        f"management.tcp.ip = {LOOPBACK}\nmanagement.tcp.port = {management}\n"
        f"default_user = {USER}\ndefault_pass = {PASSWORD}\n"
        "default_permissions.configure = .*\ndefault_permissions.read = .*\n"
        "default_permissions.write = .*\ndefault_user_tags.administrator = true\n"
    )


def _environment(at: Place) -> dict[str, str]:
    """Everything below the server's folder; a node of its own, found without any name service."""
    return {
        "RABBITMQ_CONFIG_FILE": str(at.home / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(at.home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(at.home / "data"),
        "RABBITMQ_LOG_BASE": str(at.home / "log"),
        "RABBITMQ_NODENAME": f"lab{at.port}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_PORT": str(free_port()),
        "ERL_EPMD_ADDRESS": LOOPBACK,
    }


def _overview(port: int) -> dict[str, object]:
    told: dict[str, object] = ask(port, "/api/overview", login=True).json()
    return told


def _queues(port: int) -> object:
    """Its queues, and whether anybody has a connection."""
    held = ask(port, "/api/definitions", login=True).json()
    return held["queues"], ask(port, "/api/connections", login=True).json()


def _fill(port: int, canary: str) -> None:
    ask(port, "/api/queues/%2F/faxes", method="PUT", body={"durable": True}, login=True)
    body: dict[str, object] = {
        "properties": {},
        "routing_key": "faxes",
        "payload": canary,
        "payload_encoding": "string",
    }
    ask(port, "/api/exchanges/%2F/amq.default/publish", method="POST", body=body, login=True)
