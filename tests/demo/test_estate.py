"""The estate runs in a process of its own, says where it is, and counts what leaves it."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import bson
import msgspec
import pytest

from scanner.demo.canary import CANARY
from scanner.demo.placed import Placed, Placements, Report
from scanner.model import Access


class Process:
    """A running estate: its services by name, and a way to end it and hear its report."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        assert process.stdout is not None
        placed = msgspec.json.decode(process.stdout.readline(), type=Placements)
        self.services = {service.name: service for service in placed.services}

    def end(self) -> Report:
        """Close its input, and read its last line."""
        said, _ = self._process.communicate(timeout=20)
        assert self._process.returncode == 0
        return msgspec.json.decode(said, type=Report)


@contextmanager
def started(*words: str) -> Iterator[Process]:
    """Start the estate as the demo command does, or with other words."""
    command = [sys.executable, *(words or ("-m", "scanner.demo"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own module
        try:
            yield Process(process)
        finally:
            process.kill()


@pytest.fixture
def estate() -> Iterator[Process]:
    """A running estate, ended with the test."""
    with started() as process:
        yield process


def dial(service: Placed) -> socket.socket:
    """Connect as any program on the machine can."""
    plain = socket.create_connection((service.host, service.port), timeout=10)
    if not service.tls:
        return plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain)


def said(service: Placed, request: bytes) -> bytes:
    """Send one request to a service that then closes, and read to the end."""
    with closing(dial(service)) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_it_says_where_everything_is(estate: Process) -> None:
    """Each service comes with its probe and with what a correct round says of it."""
    assert {(s.name, s.probe, s.expected) for s in estate.services.values()} == {
        ("fax-archive", "elasticsearch", Access.OPEN),
        ("fax-replica", "elasticsearch", Access.OPEN),
        ("records-search", "elasticsearch", Access.LOCKED),
        ("clinic-database", "mongodb", Access.OPEN),
        ("session-cache", "redis", Access.OPEN),
        ("fax-server", "hylafax", Access.OPEN),
        ("decoy", "elasticsearch", Access.UNKNOWN),
        ("tarpit", "hylafax", Access.UNKNOWN),
        ("flood", "elasticsearch", Access.UNKNOWN),
        ("noise", "redis", Access.UNKNOWN),
    }


def test_it_listens_on_loopback_only(estate: Process) -> None:
    """Nothing of it can be reached from another machine."""
    assert {service.host for service in estate.services.values()} == {"127.0.0.1"}


def test_it_ends_with_a_report_when_its_input_closes(estate: Process) -> None:
    """Nobody asked anything, and nothing left."""
    report = estate.end()

    assert report.requests == dict.fromkeys(estate.services, 0)
    assert report.canary_bytes_sent == 0


def test_names_and_counts_are_no_canaries(estate: Process) -> None:
    """A listing is counted as a request and leaks nothing."""
    listing = said(estate.services["fax-archive"], http("/_cat/indices"))
    report = estate.end()

    assert b"faxes-2018-03" in listing
    assert report.requests["fax-archive"] == 1
    assert report.canary_bytes_sent == 0


def http(target: str) -> bytes:
    """One GET whose answer ends with the connection."""
    return f"GET {target} HTTP/1.1\r\nhost: demo\r\nconnection: close\r\n\r\n".encode()


def mongo_find() -> bytes:
    """One OP_MSG `find`, written by hand, on a connection that the server cannot end."""
    document = bson.encode({"find": "patients", "$db": "clinic"})
    body = b"\x00\x00\x00\x00\x00" + document
    return b"".join(n.to_bytes(4, "little") for n in (16 + len(body), 1, 0, 2013)) + body


def read_by_http(service: Placed) -> bytes:
    """Ask a search server for documents."""
    return said(service, http("/_search?size=1"))


def read_by_mongo(service: Placed) -> bytes:
    """Ask a document server for documents."""
    with closing(dial(service)) as connection:
        connection.sendall(mongo_find())
        return connection.recv(65536)


def read_by_redis(service: Placed) -> bytes:
    """Ask a key-value server for a key's value."""
    return said(service, b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n*1\r\n$4\r\nQUIT\r\n")


def read_by_fax_listing(service: Placed) -> bytes:
    """Ask a fax server for its default listing, which shows who sent each fax."""
    return fax_data(service, b"LIST recvq")


def read_by_fax(service: Placed) -> bytes:
    """Ask a fax server for a fax."""
    return fax_data(service, b"RETR recvq/fax000000001.tif")


def fax_data(service: Placed, command: bytes) -> bytes:
    """Run one command whose reply comes over a passive data connection."""
    with closing(dial(service)) as control, control.makefile("rb") as lines:
        control.sendall(b"USER ronde\r\nEPSV\r\n")
        announced = [next(lines) for _ in range(4)][-1]
        port = int(announced.split(b"|")[3])
        control.sendall(command + b"\r\n")
        with socket.create_connection((service.host, port), timeout=10) as side:
            return b"".join(iter(lambda: side.recv(65536), b""))


@pytest.mark.parametrize(
    ("name", "read", "records"),
    [
        ("fax-archive", read_by_http, 12),
        ("fax-replica", read_by_http, 12),
        ("clinic-database", read_by_mongo, 3),
        ("session-cache", read_by_redis, 1),
        ("fax-server", read_by_fax_listing, 411),
        ("fax-server", read_by_fax, 1),
    ],
)
def test_a_record_that_is_read_is_counted(
    estate: Process, name: str, read: Callable[[Placed], bytes], records: int
) -> None:
    """The count of nothing means something: every server hands records out, and is heard."""
    answer = read(estate.services[name])

    assert answer.count(CANARY.encode()) == records
    assert estate.end().canary_bytes_sent == records * len(CANARY)


def test_a_locked_server_hands_nothing_out(estate: Process) -> None:
    """Its records are marked as well, and stay."""
    answer = read_by_http(estate.services["records-search"])

    assert answer.startswith(b"HTTP/1.1 401")
    assert estate.end().canary_bytes_sent == 0


def test_it_ends_when_its_parent_dies() -> None:
    """A killed parent closes the pipe; here the pipe closes and nobody asks for the report."""
    with started() as process:
        inner = process._process  # noqa: SLF001 - the pipe is what this is about
        assert inner.stdin is not None
        inner.stdin.close()

        assert inner.wait(timeout=20) == 0


def test_it_does_not_outlive_its_time() -> None:
    """Forgotten with its pipe open, it ends by itself, and reports."""
    program = "import anyio; from scanner.demo.__main__ import run; anyio.run(run, 0.1)"
    with started("-c", program) as process:
        assert process._process.wait(timeout=20) == 0  # noqa: SLF001 - `end` would close the pipe
