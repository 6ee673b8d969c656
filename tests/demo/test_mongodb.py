"""The fake server's older generations, asked by hand: no driver of today speaks to them."""

import socket
import struct
from contextlib import closing
from typing import Any

import bson
import pytest

from scanner.demo.canary import CANARY
from scanner.demo.mongodb import FakeMongo
from scanner.demo.records import CLINIC
from tests.fakes.running import running


def queried(
    fake: FakeMongo, namespace: str, document: dict[str, Any]
) -> tuple[dict[str, Any], int]:
    """Send one OP_QUERY; give the first document of the OP_REPLY, and how many there are."""
    body = struct.pack("<i", 4) + namespace.encode() + b"\0" + struct.pack("<ii", 0, -1)
    body += bson.encode(document)
    reply = exchanged(fake, struct.pack("<iiii", 16 + len(body), 7, 0, 2004) + body)
    length, _, answers, opcode = struct.unpack_from("<iiii", reply)
    (count,) = struct.unpack_from("<i", reply, 32)
    assert (length, answers, opcode) == (len(reply), 7, 1)
    return bson.decode_all(reply[36:])[0], count


def exchanged(fake: FakeMongo, request: bytes) -> bytes:
    """Send bytes to a running fake, and give what one read returns."""
    with (
        running(fake.serve) as address,
        closing(socket.create_connection(address, timeout=10)) as connection,
    ):
        connection.sendall(request)
        return connection.recv(65536)


def test_an_old_server_tells_no_wire_version() -> None:
    """2.4 and its elders leave the member out."""
    hello, _ = queried(FakeMongo("2.4"), "admin.$cmd", {"isMaster": 1})

    assert hello["ismaster"] is True
    assert "maxWireVersion" not in hello
    assert hello["ok"] == 1.0


def test_an_old_server_lists_databases() -> None:
    """Commands travel as queries of `$cmd`."""
    listing, _ = queried(FakeMongo("2.4", (CLINIC,)), "admin.$cmd", {"listDatabases": 1})

    assert [database["name"] for database in listing["databases"]] == ["clinic"]


def test_an_old_server_names_its_collections_in_one_of_them() -> None:
    """Before 3.0 there is no command for it."""
    first, count = queried(FakeMongo("2.4", (CLINIC,)), "clinic.system.namespaces", {})

    assert (first, count) == ({"name": "clinic.patients"}, 3)


def test_an_old_server_hands_out_records() -> None:
    """The canaries would leave if anybody asked for them."""
    first, _ = queried(FakeMongo("2.4", (CLINIC,)), "clinic.patients", {})

    assert first["nir"] == CANARY


@pytest.mark.parametrize(
    ("release", "refusal"),
    [
        ("2.4", {"ok": 0.0, "errmsg": "unauthorized"}),
        (
            "3.4",
            {
                "ok": 0.0,
                "errmsg": "not authorized on admin to execute command { listDatabases: 1.0 }",
                "code": 13,
            },
        ),
    ],
)
def test_a_locked_old_server_refuses_in_its_generations_words(
    release: str, refusal: dict[str, object]
) -> None:
    """The code came with 2.6."""
    fake = FakeMongo(release, (CLINIC,), locked=True)

    assert queried(fake, "admin.$cmd", {"listDatabases": 1})[0] == refusal


@pytest.mark.parametrize(
    ("release", "words"),
    [("2.4", "no such cmd: rondeNoSuch"), ("3.4", "no such command: 'rondeNoSuch'")],
)
def test_an_unknown_command_is_refused_even_by_a_locked_server(release: str, words: str) -> None:
    """The look-up comes before the authorization."""
    fake = FakeMongo(release, (CLINIC,), locked=True)

    assert queried(fake, "admin.$cmd", {"rondeNoSuch": 1})[0]["errmsg"] == words


def test_a_new_server_takes_a_greeting_as_a_query_and_nothing_else() -> None:
    """Since 5.1 OP_QUERY is for `isMaster`."""
    fake = FakeMongo("8.0", (CLINIC,))

    assert queried(fake, "admin.$cmd", {"isMaster": 1})[0]["maxWireVersion"] == 25
    assert queried(fake, "admin.$cmd", {"listDatabases": 1})[0]["code"] == 352


def test_an_old_server_closes_on_a_new_message() -> None:
    """OP_MSG came with 3.6."""
    document = bson.encode({"isMaster": 1, "$db": "admin"})
    body = b"\x00\x00\x00\x00\x00" + document

    assert (
        exchanged(FakeMongo("2.4"), struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body) == b""
    )
