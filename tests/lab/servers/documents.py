"""PouchDB Server: open to all, with an administrator, and with members of its databases."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from tests.lab.layout import Family
from tests.lab.servers.process import CANARY, LOOPBACK, PASSWORD, USER, Program, Running, require
from tests.lab.servers.standing import Place, page, place, standing
from tests.lab.servers.web import ask

FAMILY = Family("documents")
DATABASE = "faxes"
DOCUMENTS = 2


class Pouch(StrEnum):
    """How the door stands."""

    OPEN = "open"
    ADMINISTRATOR = "administrator"  # there is one, and the databases are everybody's all the same
    MEMBERS = "members"  # there is one, and the databases are their members'


@contextmanager
def pouchdb_server(mode: Pouch = Pouch.OPEN, *, canary: str = CANARY) -> Iterator[Running]:
    """A server in memory with one database of two documents."""
    with place("pouchdb-server", mode) as at:
        program = require(FAMILY.modules / ".bin/pouchdb-server", at.name, "pouchdb-server")
        node = require("node", at.name, "node")
        if mode is not Pouch.OPEN:
            at.write("config.json", json.dumps({"admins": {USER: PASSWORD}}))
        where = ("--host", LOOPBACK, "--port", str(at.port))
        with standing(
            at,
            Program((node, program, *where, "--in-memory", "--no-stdout-logs", "--no-color")),
            probe="couchdb",
            version=lambda: str(page(at).json()["version"]),
            fill=lambda: _fill(at, mode, canary),
            state=held,
        ) as server:
            yield server


def _fill(at: Place, mode: Pouch, canary: str) -> None:
    _put(at, f"/{DATABASE}", {})
    for number in range(DOCUMENTS):
        _put(at, f"/{DATABASE}/{number}", {"patient": canary, "fax": canary})
    if mode is Pouch.MEMBERS:
        ours = {"names": [USER], "roles": []}
        _put(at, f"/{DATABASE}/_security", {"admins": ours, "members": ours})


def _put(at: Place, path: str, body: Mapping[str, object]) -> None:
    stored = ask(at.port, path, method="PUT", body=body, login=at.mode != Pouch.OPEN)
    assert stored.status in (200, 201), stored


def held(server: Running) -> object:
    """Read the names, and of each database how many documents and changes it has."""
    login = server.mode != Pouch.OPEN
    names = ask(server.port, "/_all_dbs", login=login).json()
    pages = [ask(server.port, f"/{name}", login=login).json() for name in names]
    return [(one["db_name"], one["doc_count"], one["update_seq"]) for one in pages]
