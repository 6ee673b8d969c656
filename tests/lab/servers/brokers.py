"""The small brokers of Debian: NATS and its monitor, Mosquitto, beanstalkd, gearmand."""

import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

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
    unprivileged,
)
from tests.lab.servers.standing import Place, listens, place, standing
from tests.lab.servers.tls import connect
from tests.lab.servers.web import ask

_STREAM = {"name": "faxes", "subjects": ["faxes.>"], "storage": "memory", "num_replicas": 1}
_TUBES = ("faxes", "faxes", "prescriptions")


@contextmanager
def nats(*, locked: bool = False, canary: str = CANARY) -> Iterator[Running]:
    """One stream with two messages; its monitor is never locked."""
    with place("nats", "locked" if locked else "open") as at:
        program = require("nats-server", at.name, "nats-server")
        monitor = free_port()
        at.write("monitor", str(monitor))
        login = ("--user", USER, "--pass", PASSWORD) if locked else ()
        door = ("-a", LOOPBACK, "-p", str(at.port), "-m", str(monitor))
        with standing(
            at,
            Program((program, *door, "-js", "-sd", at.home / "data", *login)),
            probe="nats",
            version=lambda: str(_json(monitor, "/varz")["version"]),
            fill=lambda: _fill_nats(at.port, canary),
            state=lambda _: _streams(monitor),
        ) as server:
            yield server


@contextmanager
def monitor(server: Running) -> Iterator[Running]:
    """The monitor of a NATS server, which has a port of its own."""
    port = int((server.log.parent / "monitor").read_text())
    yield replace(
        server,
        name=f"{server.name}-monitor",
        port=port,
        probe="natsmonitor",
        state=lambda _: _streams(port),
    )


def _json(port: int, path: str) -> Mapping[str, object]:
    told: Mapping[str, object] = ask(port, path).json()
    return told


def _streams(port: int) -> object:
    """What JetStream holds, and how many subscriptions there are."""
    held = _json(port, "/jsz")
    kept = ("streams", "consumers", "messages", "bytes")
    return [*((name, held[name]) for name in kept), _json(port, "/varz")["in_msgs"]]


def _fill_nats(port: int, canary: str) -> None:
    with connect(LOOPBACK, port, tls=False) as stream:
        stream.recv(4096)
        stream.sendall(
            b'CONNECT {"verbose":false,"user":"%b","pass":"%b"}\r\n'
            % (USER.encode(), PASSWORD.encode())
        )
        made = json.dumps(_STREAM)
        stream_made = f"PUB $JS.API.STREAM.CREATE.faxes {len(made)}\r\n{made}"
        message = f"PUB faxes.2018 {len(canary)}\r\n{canary}"
        # One by one: what is published before the stream is there is kept by nobody.
        for one in (stream_made, message, message):
            stream.sendall(f"{one}\r\nPING\r\n".encode())
            _until(stream, b"PONG\r\n")


def _until(stream: socket.socket, end: bytes) -> bytes:
    received = b""
    while not received.endswith(end):
        chunk = stream.recv(1 << 16)
        if not chunk:
            raise NotYet("closed before the last reply")
        received += chunk
    return received


@contextmanager
def mosquitto(
    *, locked: bool = False, tls: bool = False, canary: str = CANARY
) -> Iterator[Running]:
    """One retained message, which every subscriber would be handed; behind a user there is none."""
    with place("mosquitto", "locked" if locked else "open", tls=tls) as at:
        program = require("mosquitto", at.name, "mosquitto")
        settings = at.write("mosquitto.conf", _mosquitto(at, locked=locked))
        with standing(
            at,
            Program((program, "-c", settings), user=unprivileged()),
            probe="mqtt",
            version=lambda: _mosquitto_version(at),
            fill=lambda: None if locked else _fill_mosquitto(at, canary),
            state=lambda _: None,  # who wants its counters has to subscribe to them
        ) as server:
            yield server


def _mosquitto(at: Place, *, locked: bool) -> str:
    own = f"certfile {at.own.chain}\nkeyfile {at.own.key}\n" if at.own else ""
    users = at.write("users", "")
    return (
        f"listener {at.port} {LOOPBACK}\n{own}"
        f"allow_anonymous {str(not locked).lower()}\npassword_file {users}\n"
    )


def _mosquitto_version(at: Place) -> str:
    listens(at)
    told = re.search(r"mosquitto version (\S+) ", (at.home / "server.log").read_text())
    return told[1] if told else "unknown"


def _fill_mosquitto(at: Place, canary: str) -> None:
    topic = b"faxes/2018"
    body = len(topic).to_bytes(2) + topic + canary.encode()
    with connect(LOOPBACK, at.port, tls=at.tls) as stream:
        stream.sendall(b"\x10\x0f\0\4MQTT\4\2\0\x0a\0\3lab")
        stream.recv(4)
        stream.sendall(b"\x31" + bytes([len(body)]) + body + b"\xc0\0")
        _until(stream, b"\xd0\0")  # the answer to a ping says that the message was taken


@contextmanager
def beanstalkd(*, canary: str = CANARY) -> Iterator[Running]:
    """Two tubes, three jobs."""
    with place("beanstalkd") as at:
        program = require("beanstalkd", at.name, "beanstalkd")
        with standing(
            at,
            Program((program, "-l", LOOPBACK, "-p", str(at.port))),
            probe="beanstalkd",
            version=lambda: _beanstalkd_version(at.port),
            fill=lambda: _fill_beanstalkd(at.port, canary),
            state=lambda server: _jobs(server.port),
        ) as server:
            yield server


def _stats(port: int) -> str:
    with connect(LOOPBACK, port, tls=False) as stream:
        stream.sendall(b"stats\r\n")
        return _until(stream, b"\n\r\n").decode()


def _beanstalkd_version(port: int) -> str:
    told = re.search(r'^version: "?([\d.]+)', _stats(port), re.MULTILINE)
    return told[1] if told else "unknown"


def _jobs(port: int) -> list[str]:
    """Its jobs, and how often one was looked at or taken."""
    return re.findall(
        r"^(?:current-jobs|cmd-(?:peek|reserve|put)).*: \d+$", _stats(port), re.MULTILINE
    )


def _fill_beanstalkd(port: int, canary: str) -> None:
    with connect(LOOPBACK, port, tls=False) as stream:
        for tube in _TUBES:
            stream.sendall(f"use {tube}\r\nput 0 0 60 {len(canary)}\r\n{canary}\r\n".encode())
            told = b""
            while told.count(b"\r\n") < 2:
                told += stream.recv(4096)


@contextmanager
def gearmand(*, canary: str = CANARY) -> Iterator[Running]:
    """One function with two jobs that wait for a worker."""
    with place("gearmand") as at:
        program = require("gearmand", at.name, "gearman-job-server")
        told = re.search(r"gearmand ([\d.]+\S*)", said_by(program, "--version"))
        argv = (program, "-L", LOOPBACK, "-p", str(at.port), "--log-file", "stderr")
        with standing(
            at,
            Program(argv, user=unprivileged()),
            probe="gearman",
            version=lambda: _gearmand_version(at, told[1] if told else "unknown"),
            fill=lambda: _fill_gearmand(at.port, canary),
            state=lambda server: _gearman_says(server.port, b"status\r\n", b".\n"),
        ) as server:
            yield server


def _gearmand_version(at: Place, otherwise: str) -> str:
    told = _gearman_says(at.port, b"version\r\n", b"\n").split()
    return told[1].decode() if len(told) > 1 else otherwise


def _gearman_says(port: int, words: bytes, end: bytes) -> bytes:
    with connect(LOOPBACK, port, tls=False) as stream:
        stream.sendall(words)
        return _until(stream, end)


def _fill_gearmand(port: int, canary: str) -> None:
    """Submit two jobs to the background (packet 18), each answered with its handle."""
    with connect(LOOPBACK, port, tls=False) as stream:
        for unique in ("1", "2"):
            body = b"\0".join((b"send-fax", unique.encode(), canary.encode()))
            stream.sendall(b"\0REQ" + (18).to_bytes(4) + len(body).to_bytes(4) + body)
            stream.recv(4096)
